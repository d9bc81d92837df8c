CREATE TABLE `looks` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`forge` text NOT NULL,
	`repository_id` integer NOT NULL,
	`owner` text NOT NULL,
	`name` text NOT NULL,
	`issue_number` integer NOT NULL,
	`kind` text NOT NULL,
	`tries` integer DEFAULT 0 NOT NULL,
	`due_at` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `looks_one` ON `looks` (`forge`,`repository_id`,`issue_number`,`kind`);--> statement-breakpoint
CREATE INDEX `looks_due` ON `looks` (`forge`,`due_at`);--> statement-breakpoint
CREATE TABLE `missed` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`meaning` text NOT NULL,
	`forge` text NOT NULL,
	`ref` text NOT NULL,
	`url` text NOT NULL,
	`actor` text NOT NULL,
	`why` text NOT NULL,
	`written_at` integer NOT NULL,
	`found_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `missed_meaning` ON `missed` (`meaning`);--> statement-breakpoint
CREATE TABLE `repositories` (
	`forge` text NOT NULL,
	`repository_id` integer NOT NULL,
	`owner` text NOT NULL,
	`name` text NOT NULL,
	`cursor` integer NOT NULL,
	`validators` text NOT NULL,
	`looked_at` integer,
	`tries` integer DEFAULT 0 NOT NULL,
	`due_at` integer NOT NULL,
	`trouble` text,
	`seen_at` integer NOT NULL,
	PRIMARY KEY(`forge`, `repository_id`)
);
--> statement-breakpoint
CREATE INDEX `repositories_due` ON `repositories` (`forge`,`due_at`);--> statement-breakpoint
ALTER TABLE `sessions` ADD `closed_at` integer;--> statement-breakpoint
ALTER TABLE `deliveries` ADD `hook` text;--> statement-breakpoint
ALTER TABLE `jobs` ADD `act_key` text;--> statement-breakpoint
CREATE INDEX `jobs_act_key` ON `jobs` (`forge`,`repository_id`,`act_key`);--> statement-breakpoint
ALTER TABLE `outbox` ADD `trouble` text;