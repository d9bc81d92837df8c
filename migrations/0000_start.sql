CREATE TABLE `leases` (
	`resource` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`host` text NOT NULL,
	`pid` integer NOT NULL,
	`process_started_at` text,
	`marker` text NOT NULL,
	`acquired_at` integer NOT NULL,
	`renewed_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `leases_kind` ON `leases` (`kind`);--> statement-breakpoint
CREATE INDEX `leases_marker` ON `leases` (`marker`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`ref` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`state` text NOT NULL,
	`repository_id` integer,
	`opencode_session_id` text,
	`worktree_path` text,
	`branch` text,
	`base` text,
	`start_sha` text,
	`tip` text,
	`pushed_sha` text,
	`seen_comment_id` integer,
	`worktree_at` text,
	`requester` text,
	`merge_of` text,
	`unresolved` text NOT NULL,
	`created_at` integer NOT NULL,
	`last_activity_at` integer NOT NULL,
	FOREIGN KEY (`ref`) REFERENCES `slugs`(`ref`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `slugs` (
	`ref` text PRIMARY KEY NOT NULL,
	`slug` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `slugs_slug` ON `slugs` (lower("slug"));--> statement-breakpoint
CREATE TABLE `deliveries` (
	`forge` text NOT NULL,
	`delivery_id` text NOT NULL,
	`event` text NOT NULL,
	`received_at` integer NOT NULL,
	`job_id` integer,
	PRIMARY KEY(`forge`, `delivery_id`)
);
--> statement-breakpoint
CREATE INDEX `deliveries_received_at` ON `deliveries` (`received_at`);--> statement-breakpoint
CREATE TABLE `jobs` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`meaning` text NOT NULL,
	`forge` text NOT NULL,
	`ref` text NOT NULL,
	`repository_id` integer NOT NULL,
	`comment_id` integer NOT NULL,
	`actor_id` integer NOT NULL,
	`lane` text NOT NULL,
	`verb` text,
	`resource` text,
	`act` text NOT NULL,
	`state` text NOT NULL,
	`tries` integer DEFAULT 0 NOT NULL,
	`faults` integer DEFAULT 0 NOT NULL,
	`due_at` integer NOT NULL,
	`admitted_at` integer,
	`thread` text,
	`attempts` integer DEFAULT 0 NOT NULL,
	`interruptions` integer DEFAULT 0 NOT NULL,
	`marker` text,
	`stop_by` text,
	`notes` text NOT NULL,
	`words` text,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`finished_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_meaning` ON `jobs` (`meaning`);--> statement-breakpoint
CREATE INDEX `jobs_ref` ON `jobs` (`ref`,`state`);--> statement-breakpoint
CREATE INDEX `jobs_comment` ON `jobs` (`forge`,`comment_id`);--> statement-breakpoint
CREATE INDEX `jobs_actor` ON `jobs` (`forge`,`actor_id`,`admitted_at`);--> statement-breakpoint
CREATE INDEX `jobs_state` ON `jobs` (`state`,`lane`,`id`);--> statement-breakpoint
CREATE INDEX `jobs_finished_at` ON `jobs` (`finished_at`);--> statement-breakpoint
CREATE TABLE `outbox` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`key` text NOT NULL,
	`job_id` integer,
	`forge` text NOT NULL,
	`group_key` text NOT NULL,
	`kind` text NOT NULL,
	`target` text NOT NULL,
	`body` text NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`posted_version` integer DEFAULT 0 NOT NULL,
	`urgent_version` integer DEFAULT 0 NOT NULL,
	`remote_id` integer,
	`attempts` integer DEFAULT 0 NOT NULL,
	`reposted` integer DEFAULT false NOT NULL,
	`state` text NOT NULL,
	`due_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`last_edit_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `outbox_key` ON `outbox` (`key`);--> statement-breakpoint
CREATE INDEX `outbox_due` ON `outbox` (`state`,`id`);--> statement-breakpoint
CREATE INDEX `outbox_group` ON `outbox` (`group_key`,`state`,`id`);--> statement-breakpoint
CREATE INDEX `outbox_job` ON `outbox` (`job_id`);