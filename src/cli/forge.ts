import { type CliCommand, type Io, UsageError } from "./command.ts";

/** One verb of `kugetsu forge`. */
type ForgeVerb = (args: readonly string[], io: Io) => Promise<void>;

const VERBS = {
  add: async () => (await import("./forge/add.ts")).add,
  list: async () => (await import("./forge/list.ts")).list,
  check: async () => (await import("./forge/check.ts")).check,
  watch: async () => (await import("./forge/watch.ts")).watch,
  rm: async () => (await import("./forge/rm.ts")).remove,
} satisfies Record<string, () => Promise<ForgeVerb>>;

/** `kugetsu forge …`: which forges the bot works on, and their webhooks. */
export const forge: CliCommand = {
  summary: "add, check and remove forges, and set up their webhooks",
  usage: `Usage: kugetsu forge add URL [--name NAME] [--kind gitea|github] [--api-url URL] [--token -] [--replace]
       kugetsu forge add URL --app [--accounts LIST] [--owner ORG] [--name NAME] [--api-url URL] [--replace]
       kugetsu forge list [--json]
       kugetsu forge check [NAME] [--json]
       kugetsu forge watch SCOPE [--forge NAME] [--rotate] [--no-test] [--token -] [--json]
       kugetsu forge watch SCOPE --remove [--forge NAME] [--token -]
       kugetsu forge rm NAME [--hooks] [-y]

\`add\` stores a Gitea, Forgejo or GitHub in forges.json of the home: what it is is found out, the token of the bot's
account is asked for and tried. \`list\` shows all forges, those of the environment too. \`check\` tries the tokens and
looks at each webhook; exit code 1 with a problem. \`watch\` makes or repairs the webhook of a repository (owner/repo) or
an organisation, with a secret of its own, and proves with a test delivery that the running server gets it; it needs
KUGETSU_PUBLIC_URL. \`rm\` forgets a forge that \`add\` stored.

  --name      what it is called here: the last part of its address /webhooks/NAME
  --kind      what it is, where that cannot be found out
  --api-url   address of GitHub's API, where it is not the usual one
  --token     \`-\` reads a token from standard input; without it one is asked for. With \`watch\`: of somebody who may
              set up webhooks there, for this time only, where the bot's account may not
  --replace   change a forge that is stored already; its webhooks stay
  --app       as a GitHub App: prints a link to a page that makes one and stores its key
  --accounts  the accounts that the App serves, separated by commas
  --owner     the organisation that owns the App; else whoever opens the page does
  --forge     which forge, where there are several
  --rotate    with a new secret; the old one counts until a delivery proved the new one
  --no-test   send no test delivery
  --remove    take the webhook away
  --hooks     remove the webhooks that \`watch\` made from the forge as well
  -y, --yes   do not ask
  --json      print JSON: of \`list\` [{"name", "kind", "url", "from", "bot", "why", "hooks"}], of \`check\` [{"name",
              "status", "detail", "advice"}], of \`watch\` {"forge", "scope", "hook", "address", "changed", "proven"}`,
  async run(args, io) {
    const [name, ...rest] = args;
    if (name === undefined || !Object.hasOwn(VERBS, name)) {
      throw new UsageError(
        name === undefined
          ? "`forge` needs a verb."
          : `There is no \`forge ${name.slice(0, 40)}\`.`,
        `It is one of ${Object.keys(VERBS).join(", ")}.`,
      );
    }
    const verb = await VERBS[name as keyof typeof VERBS]();
    await verb(rest, io);
  },
};
