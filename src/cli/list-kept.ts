import { createGit } from "../kugetsu/git/git.ts";
import { openBox } from "../kugetsu/box.ts";
import { hasTable, readOnly } from "../kugetsu/db/read-only.ts";
import type { Io } from "./command.ts";
import { existingHome } from "./existing-home.ts";
import { printable, printableJson } from "./printable.ts";

interface Kept {
  readonly issue_ref: string | null;
  readonly repository: string | null;
  readonly kept_at: string | null;
  readonly subject: string | null;
  readonly sha: string | null;
  /** Name of the git ref in the mirror. */
  readonly ref: string | null;
  /** Absolute path of the mirror. */
  readonly mirror: string | null;
  /** Absolute path of what was moved aside. */
  readonly path: string | null;
}

/** `kugetsu list --kept` */
export async function listKept(io: Io, { json }: { json: boolean }): Promise<void> {
  const home = existingHome(io);
  // Only mirrors are read, which nobody but the bot writes.
  const git = createGit({ home: home.path, box: openBox, env: io.env });
  const refs = home.database === undefined ? new Map<string, string>() : slugs(home.database);
  const works: Kept[] = (await git.keptEverywhere()).map((work) => ({
    issue_ref: work.ref,
    repository: work.ref.split("#", 1)[0] ?? null,
    kept_at: work.at?.toISOString() ?? null,
    subject: work.subject,
    sha: work.sha,
    ref: work.name,
    mirror: work.mirror.path,
    path: null,
  }));
  const aside: Kept[] = (await git.aside()).map(({ key, at, path }) => ({
    issue_ref: refs.get(key) ?? null,
    repository: refs.get(key)?.split("#", 1)[0] ?? null,
    kept_at: at?.toISOString() ?? null,
    subject: null,
    sha: null,
    ref: null,
    mirror: null,
    path,
  }));
  const all = [...works, ...aside];
  if (json) io.stdout.write(`${printableJson(all)}\n`);
  else for (const kept of all) io.stdout.write(words(kept));
  if (all.length === 0) io.stderr.write(`kugetsu: Nothing is kept in ${home.path}.\n`);
}

function words(kept: Kept): string {
  const whose = kept.issue_ref ?? "(unknown)";
  const when = kept.kept_at ?? "at an unknown time";
  const [what, how] =
    kept.path === null
      ? [
          printable(kept.subject ?? ""),
          `git -C ${shellWord(kept.mirror ?? "")} log ${shellWord(kept.ref ?? "")}`,
        ]
      : ["what git could not read, as it was", `ls ${shellWord(kept.path)}`];
  return `${printable(whose)}  ${when}  ${what}\n    ${how}\n`;
}

/** Quoted where a shell would read more into it: refs have a `#` in them. */
function shellWord(text: string): string {
  const plain = printable(text);
  return /^[\w@%+=:,./-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", `'\\''`)}'`;
}

function slugs(database: string): Map<string, string> {
  return readOnly(
    database,
    (client) =>
      new Map(
        (hasTable(client, "slugs")
          ? client.prepare<[], { slug: string; ref: string }>("SELECT slug, ref FROM slugs").all()
          : []
        ).map(({ slug, ref }) => [slug, ref]),
      ),
  );
}
