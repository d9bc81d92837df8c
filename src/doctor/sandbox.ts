import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KugetsuError } from "../kugetsu/errors.ts";
import { openSandbox } from "../kugetsu/sandbox/sandbox.ts";
import { type Check, ok, problem, warning } from "./check.ts";

export const sandbox: Check = {
  name: "sandbox",
  timeoutMs: 30_000,
  async look(subject) {
    const { env, config, home } = subject;
    if (config === undefined) return [];
    if (config.sandbox === "off") {
      return warning(
        "SANDBOX=off: agents can read and write whatever this user can.",
        "Unset SANDBOX to have them run in bubblewrap.",
      );
    }
    // A box is tried out in a directory of its own: there need not be a home yet.
    const place = await mkdtemp(join(tmpdir(), "kugetsu-doctor-"));
    const told: string[] = [];
    try {
      await using _opened = await openSandbox({
        home: place,
        path: env["PATH"],
        shown: config.sandboxRead,
        secret: home === undefined ? [] : [home],
        limits: config.boxLimits,
        warn: (message) => told.push(message),
      });
      return [ok("bubblewrap works."), ...told.map((message) => warning(message))];
    } catch (error) {
      if (!(error instanceof KugetsuError)) throw error;
      // The server does not start without one; the command line warns and goes on.
      const { settings = [] } = (await subject.forges()) ?? {};
      const isNeeded =
        config.sandbox === "required" || settings.length > 0 || Boolean(env["GITEA_URL"]);
      return (isNeeded ? problem : warning)(error.message, error.hint);
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  },
};
