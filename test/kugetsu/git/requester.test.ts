import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AGENT_ENV, commitAll, openSession, sh, write } from "./fixture.ts";
import type { Session } from "./fixture.ts";

function name({ git, mirror, key, path }: Session, requestedBy: string): Promise<void> {
  return git.nameRequester({ mirror, key, path, env: AGENT_ENV, requestedBy });
}

/** The message of the worktree's last commit. */
const message = ({ path }: Session) => sh(path, "log", "-1", "--format=%B");

describe("nameRequester", () => {
  it("lets the agent's plain commits say who asked, once, and those of a later turn who asked then", async () => {
    using session = await openSession();
    await name(session, "walter");
    write(session.path, { "a.txt": "a\n" });
    commitAll(session.path, "Mend it");
    expect(message(session)).toBe("Mend it\n\nRequested-by: walter");
    sh(session.path, "commit", "-q", "--amend", "--no-edit");
    expect(message(session)).toBe("Mend it\n\nRequested-by: walter");
    commitAll(session.path, "More\n\nRequested-by: walter");
    expect(message(session)).toBe("More\n\nRequested-by: walter");
    await name(session, "olivia.o-1");
    commitAll(session.path, "Still more\n\nIn two paragraphs.");
    expect(message(session)).toBe("Still more\n\nIn two paragraphs.\n\nRequested-by: olivia.o-1");
    expect(sh(session.path, "log", "-1", "--format=%(trailers:only)", "HEAD~1")).toBe(
      "Requested-by: walter",
    );
  });

  it("is quiet about a login that could be anything else in a script", async () => {
    using session = await openSession();
    for (const login of ["", "a'; touch evil; '", "a\nb", "$(touch evil)", "x".repeat(101)]) {
      await name(session, login);
    }
    commitAll(session.path, "Mend it");
    expect(message(session)).toBe("Mend it");
    expect(readdirSync(session.path)).not.toContain("evil");
  });

  it("leaves a repository with hooks of its own alone", async () => {
    using session = await openSession();
    sh(session.path, "config", "core.hooksPath", ".hooks");
    await name(session, "walter");
    commitAll(session.path, "Mend it");
    expect(message(session)).toBe("Mend it");
  });

  // The box alone keeps the writing inside; here it is open, so that only the call's end can be told.
  it.each<[string, (hooks: string, session: Session) => void]>([
    [
      "the hooks' directory by a link",
      (hooks, { root }) => {
        mkdirSync(join(root, "outside"));
        symlinkSync(join(root, "outside"), hooks);
      },
    ],
    ["it by a link to nothing", (hooks) => symlinkSync("/nonexistent/x", hooks)],
    ["it by a file", (hooks) => write(join(hooks, ".."), { hooks: "x" })],
    [
      "the hook by a directory",
      (hooks) => mkdirSync(join(hooks, "prepare-commit-msg"), { recursive: true }),
    ],
    [
      "the hook by one that may not be written",
      (hooks) => {
        write(hooks, { "prepare-commit-msg": "#!/bin/sh\nexit 0\n" });
        chmodSync(join(hooks, "prepare-commit-msg"), 0o555);
      },
    ],
  ])("is no failure where the agent replaced %s", async (_, harm) => {
    using session = await openSession();
    const hooks = join(session.privateRepository, "hooks");
    expect(existsSync(hooks)).toBe(false);
    harm(hooks, session);
    await expect(name(session, "walter")).resolves.toBeUndefined();
  });

  it("is no failure where the agent removed all of its repository", async () => {
    using session = await openSession();
    rmSync(session.privateRepository, { recursive: true });
    await expect(name(session, "walter")).resolves.toBeUndefined();
  });
});
