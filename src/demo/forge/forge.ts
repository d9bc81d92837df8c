import { mkdtemp, rm } from "node:fs/promises";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { createActs } from "./acts.ts";
import { announceAsGitea } from "./announce.ts";
import { createApp } from "./app.ts";
import { Deliveries } from "./deliveries.ts";
import { hooksOf } from "./events.ts";
import { Faults } from "./faults.ts";
import { createGit } from "./git.ts";
import type { Internals } from "./internals.ts";
import { hangUp, listen } from "./listen.ts";
import type { RecordedRequest, SandboxForge, SandboxForgeOptions } from "./sandbox.ts";
import { ForgeState, found } from "./state.ts";
import { until } from "./until.ts";

/**
 * Starts an in-memory forge on 127.0.0.1 that speaks the part of Gitea's HTTP API that the bot uses, with real
 * git over HTTP and signed webhooks. Disposing of it closes the server and removes its temporary directory.
 */
export async function startSandboxForge(options: SandboxForgeOptions = {}): Promise<SandboxForge> {
  const state = new ForgeState({
    version: options.version ?? "1.26.0",
    now: options.now ?? Date.now,
  });
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), "sandbox-forge-")));
  const deliveries = new Deliveries(state, options.allowedHosts);
  const internals: Internals = {
    state,
    deliveries,
    dir,
    git: createGit(dir, options.path),
    announce: (happening) => announceAsGitea({ state, deliveries }, happening),
  };
  const faults = new Faults();
  const requests: RecordedRequest[] = [];
  const app = createApp(internals, faults, requests);
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  const port = await listen(server, options.port ?? 0);
  state.url = `http://127.0.0.1:${port}`;

  const forge: SandboxForge = {
    url: state.url,
    host: `127.0.0.1:${port}`,
    version: state.version,
    ...createActs(internals),
    requests,
    deliveries: deliveries.records,
    fail: (fault) => faults.arm(fault),
    clearFaults: () => faults.clear(),
    down: async () => hangUp(server),
    async up() {
      await listen(server, port);
    },
    async redeliver(id, { newId = false } = {}) {
      const record = found(
        deliveries.records.find((one) => one.id === id),
        `delivery ${id}`,
      );
      return deliveries.repeat(record, newId);
    },
    async deliver(repository, { event, body, signWith, ...more }) {
      const hook = found(hooksOf(state.repository(repository))[0], `hook of ${repository}`);
      const text = typeof body === "string" ? body : JSON.stringify(body);
      return deliveries.send(hook, { type: event, text, secret: signWith, ...more });
    },
    deliveriesSent: async () => deliveries.idle(),
    until: async (predicate, wait) => until(state, async () => predicate(forge), wait),
    async [Symbol.asyncDispose]() {
      await hangUp(server);
      await deliveries[Symbol.asyncDispose]();
      await Promise.all(
        [...state.repositories.values()].map(async (repository) => repository.queue),
      );
      if (options.dir === undefined) {
        // A git that was cut off may still be writing its last file.
        await rm(dir, { recursive: true, force: true, maxRetries: 5 });
      }
    },
  };
  return forge;
}
