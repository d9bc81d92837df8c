import type { Extra, ExtraNote, WhyNoLfs, WhyNoSubmodule } from "../kugetsu/extras/order.ts";
import { code } from "./code.ts";

const MOST = 5;

const WHAT: Record<Extra, string> = { submodules: "submodules", lfs: "files of Git LFS" };
const SETTING: Record<Extra, string> = { submodules: "ALLOW_SUBMODULES", lfs: "ALLOW_LFS" };

const NO_SUBMODULE: Record<WhyNoSubmodule, string> = {
  elsewhere: "it does not lie on this forge",
  not_readable: "it cannot be told that whoever asked may read it",
  unreachable: "it could not be fetched",
  no_commit: "no branch or tag of it has the commit",
  occupied: "something else stands in its place",
  too_many: "there are more than 20",
};

const NO_LFS: Record<WhyNoLfs, string> = {
  too_large: "larger than 100 MB",
  too_many: "more than 1,000 files, or 1 GB in all",
  unreachable: "the forge did not give it",
  missing: "the forge does not have it",
  elsewhere: "the forge keeps it at another address",
  damaged: "what came was not what the pointer says",
};

/** One sentence of a report about submodules and LFS files; Markdown. */
export function extraNote(note: ExtraNote): string {
  switch (note.kind) {
    case "unreadable":
      return note.why === "size"
        ? "`.kugetsu.yml` is larger than 64 KiB, so nothing in it counts."
        : "`.kugetsu.yml` cannot be read as YAML settings, so nothing in it counts.";
    case "unknown_keys":
      return `\`.kugetsu.yml\` has keys that I do not know: ${listed(note.names)}.`;
    case "not_boolean":
      return `In \`.kugetsu.yml\` only true and false are known for ${listed(note.names)}.`;
    case "not_allowed":
      return `\`.kugetsu.yml\` asks for ${WHAT[note.what]}; the operator can allow that with \`${SETTING[note.what]}\`.`;
    case "failed":
      return `The ${WHAT[note.what]} could not be put into the worktree.`;
    case "no_submodule":
      return `Left out of the submodules (${NO_SUBMODULE[note.why]}): ${listed(note.paths)}.`;
    case "nested":
      return `The submodules of submodules are not fetched: ${listed(note.paths)}.`;
    case "no_lfs":
      return `Left as pointers of Git LFS (${NO_LFS[note.why]}): ${listed(note.paths)}.`;
    case "changed":
      return `Changes in ${WHAT[note.what]} cannot be taken over, so they are in no commit: ${listed(note.paths)}.`;
    case "put_back":
      return `The agent had committed content that belongs to submodules or Git LFS; a commit on top has it as it was: ${listed(note.paths)}.`;
    default:
      return note satisfies never;
  }
}

function listed(words: readonly string[]): string {
  const more = words.length > MOST ? ` and ${words.length - MOST} more` : "";
  return `${words.slice(0, MOST).map(code).join(", ")}${more}`;
}
