CREATE TABLE `shell_homes` (
	`id` integer PRIMARY KEY NOT NULL,
	`state` text NOT NULL,
	`backup` text,
	`at` integer NOT NULL,
	CONSTRAINT "shell_homes_one" CHECK("shell_homes"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE `stale_documents` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`ref` text NOT NULL,
	FOREIGN KEY (`ref`) REFERENCES `slugs`(`ref`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `stale_documents_ref_unique` ON `stale_documents` (`ref`);--> statement-breakpoint
ALTER TABLE `sessions` ADD `imported_clone` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `imported_conversation` text;