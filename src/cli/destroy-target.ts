import type { ListedSession } from "../kugetsu/session/list.ts";
import { UsageError } from "./command.ts";
import { refArgument } from "./ref-argument.ts";

/** Which sessions are to go. */
export interface Target {
  /** For example `the base session`. */
  readonly name: string;
  readonly includes: (session: Pick<ListedSession, "ref" | "kind">) => boolean;
}

/** @throws UsageError */
export function targetOf(
  text: string | undefined,
  options: { readonly base?: boolean | undefined; readonly "pm-agent"?: boolean | undefined },
): Target {
  const { base = false, "pm-agent": pmAgent = false } = options;
  if (Number(text !== undefined) + Number(base) + Number(pmAgent) > 1)
    throw new UsageError("`destroy` takes one of an issue ref, --pm-agent and --base.");
  if (base) return { name: "the base session", includes: ({ kind }) => kind !== "forked" };
  if (pmAgent) {
    return {
      name: "the PM agent",
      includes: ({ kind }) => kind === "pm_agent" || kind === "pm",
    };
  }
  if (text === undefined)
    throw new UsageError("`destroy` needs an issue ref, --pm-agent or --base.");
  const wanted = refOf(text);
  return { name: wanted, includes: ({ ref }) => ref === wanted };
}

function refOf(text: string): string {
  if (text === "base" || text === "pm-agent" || text === "(base)" || text === "(pm-agent)") {
    const option = text.includes("base") ? "--base" : "--pm-agent";
    throw new UsageError(
      "It is destroyed with an option of its own.",
      `\`kugetsu destroy ${option}\``,
    );
  }
  return refArgument(text, "destroy");
}
