import { join } from "node:path";
import { createGit } from "../kugetsu/git/git.ts";
import { openBox } from "../kugetsu/box.ts";
import { hasTable, readOnly } from "../kugetsu/db/read-only.ts";
import { keptClones } from "../kugetsu/shell-home/kept-clones.ts";
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
  const { refs, owned } = home.database === undefined ? NOTHING : knownBy(home.database);
  const works = (await git.keptEverywhere()).map((work): Kept => {
    const { issue, repository } = whoseNow(work.ref, refs.get(work.mirror.key));
    return {
      issue_ref: issue,
      repository,
      kept_at: work.at?.toISOString() ?? null,
      subject: work.subject,
      sha: work.sha,
      ref: work.name,
      mirror: work.mirror.path,
      path: null,
    };
  });
  const whole = (key: string, at: Date | undefined, path: string): Kept => ({
    issue_ref: refs.get(key) ?? null,
    repository: refs.get(key)?.split("#", 1)[0] ?? null,
    kept_at: at?.toISOString() ?? null,
    subject: null,
    sha: null,
    ref: null,
    mirror: null,
    path,
  });
  const aside = (await git.aside()).map(({ key, at, path }) => whole(key, at, path));
  const clones = (await keptClones(home.path))
    .filter(({ path }) => !owned.has(path))
    .map(({ name, at, path }) => whole(name, at, join(home.path, path)));
  const all = [...works, ...aside, ...clones];
  if (json) io.stdout.write(`${printableJson(all)}\n`);
  else {
    for (const kept of [...works, ...aside]) io.stdout.write(words(kept, UNREADABLE));
    for (const kept of clones) io.stdout.write(words(kept, CLONE));
  }
  if (all.length === 0) io.stderr.write(`kugetsu: Nothing is kept in ${home.path}.\n`);
}

/**
 * A kept ref has the name that the issue had then: the mirror's row in the database has followed its repository since.
 *
 * @param name what the mirror is for: instance/owner/repo, and perhaps what the forge calls it after a dot
 */
function whoseNow(ref: string, name: string | undefined): { issue: string; repository: string } {
  const [then = "", identifier] = ref.split("#", 2);
  const now = name === then ? name : name?.replace(/\.\d+$/, "");
  if (now === undefined || identifier === undefined) return { issue: ref, repository: then };
  return { issue: `${now}#${identifier}`, repository: now };
}

const UNREADABLE = "what git could not read, as it was";
const CLONE = "the shell version's clone, as it was";

/** @param whole what is at its path, where that was kept whole */
function words(kept: Kept, whole: string): string {
  const whose = kept.issue_ref ?? "(unknown)";
  const when = kept.kept_at ?? "at an unknown time";
  const [what, how] =
    kept.path === null
      ? [
          printable(kept.subject ?? ""),
          `git -C ${shellWord(kept.mirror ?? "")} log ${shellWord(kept.ref ?? "")}`,
        ]
      : [whole, `ls ${shellWord(kept.path)}`];
  return `${printable(whose)}  ${when}  ${what}\n    ${how}\n`;
}

/** Quoted where a shell would read more into it: refs have a `#` in them. */
function shellWord(text: string): string {
  const plain = printable(text);
  return /^[\w@%+=:,./-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", `'\\''`)}'`;
}

/** What the database knows. */
interface Known {
  /** Directory names of sessions, and whose they are. */
  readonly refs: ReadonlyMap<string, string>;
  /** Clones of the shell version, relative to the home, from which a session still goes on. */
  readonly owned: ReadonlySet<string>;
}

const NOTHING: Known = { refs: new Map(), owned: new Set() };

function knownBy(database: string): Known {
  return readOnly(database, (client) => {
    if (!hasTable(client, "slugs")) return NOTHING;
    const slugs = client
      .prepare<[], { slug: string; ref: string }>("SELECT slug, ref FROM slugs")
      .all();
    const clones = client
      .prepare<[], { path: string }>(
        "SELECT imported_clone AS path FROM sessions WHERE imported_clone IS NOT NULL",
      )
      .all();
    return {
      refs: new Map(slugs.map(({ slug, ref }) => [slug, ref])),
      owned: new Set(clones.map(({ path }) => path)),
    };
  });
}
