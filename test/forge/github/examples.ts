import { readFileSync } from "node:fs";
import type { WebhookDefinition } from "@octokit/webhooks-examples";

/** Each event's name, with every example of it that GitHub publishes: of `api.github.com`, `ghes-31`, … */
export function examplesOf(server: string): readonly (readonly [string, readonly unknown[]])[] {
  const file = import.meta.resolve(`@octokit/webhooks-examples/${server}/index.json`);
  const all = JSON.parse(readFileSync(new URL(file), "utf8")) as readonly WebhookDefinition[];
  return all.map(({ name, examples }) => [name, examples]);
}
