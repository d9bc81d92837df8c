CREATE TABLE `pauses` (
	`id` integer PRIMARY KEY NOT NULL,
	`paused_at` integer NOT NULL,
	`ends_turns` integer NOT NULL,
	CONSTRAINT "pauses_one" CHECK("pauses"."id" = 1)
);
