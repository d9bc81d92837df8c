/** Why an agent does not get a variable, in words that go on after "NAME is withheld from agents: ". */
type Withheld = string;

// Every name under which a forge's own tools look for a credential: GITEA_TOKEN, GH_TOKEN, GITHUB_ENTERPRISE_TOKEN,
// GITLAB_PRIVATE_TOKEN, GITEA_ACCESS_TOKEN, GITHUB_PAT, GITHUB_APP_PRIVATE_KEY, …
const FORGE_CREDENTIAL =
  /^(?:GITEA|FORGEJO|GOGS|CODEBERG|GITHUB|GH|GITLAB|GL|BITBUCKET|TEA)_(?:\w+_)?(?:TOKEN|PAT|PASSWORD|SECRET|KEY)$/i;

// Whose it is sees the whole server: not even a PM agent gets one, wherever it stands.
const PERMISSION_TOKEN = /_PERMISSION_TOKEN$/i;

// A GitHub App's: whoever has it is the bot, wherever the App is installed.
const PRIVATE_KEY = /^(?:GITHUB|GH|GHE)_(?:\w+_)?PRIVATE_KEY(?:_|$)|(?:^|_)APP_PRIVATE_KEY(?:_|$)/i;

const WEBHOOK_SECRET = /(?:^|_)WEBHOOK_SECRETS?(?:_|$)/i;

// These make a program load or run something before it starts, and the same environment starts opencode itself.
const LOADER =
  /^(?:LD_\w+|DYLD_\w+|GLIBC_TUNABLES|GCONV_PATH|NODE_OPTIONS|NODE_PATH|NODE_REPL_EXTERNAL_MODULE|BUN_\w+|BASH_ENV|BASH_FUNC_\w*|ENV|IFS|SHELLOPTS|BASHOPTS|PS4|PROMPT_COMMAND|PYTHONSTARTUP|PYTHONPATH|PYTHONHOME|PERL5OPT|PERL5LIB|PERL5DB|RUBYOPT|RUBYLIB|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS)$/;

// What kugetsu and its runner say themselves.
const OWN = /^(?:KUGETSU_\w+|HOME|TMPDIR|XDG_\w+|PWD|OLDPWD|SHLVL|_)$/;

/** The operator's opencode configuration: what agents get of OPENCODE_*; the rest is how kugetsu runs it. */
export const OPENCODE_CONFIGURATION: readonly string[] = [
  "OPENCODE_CONFIG",
  "OPENCODE_CONFIG_CONTENT",
  "OPENCODE_AUTH_CONTENT",
  "OPENCODE_API_KEY",
];

/** Whether a variable of that name is a forge's credential: only a PM agent may have one, from `pm-agent.env`. */
export function isForgeCredential(name: string): boolean {
  return FORGE_CREDENTIAL.test(name) && withheldName(name) === undefined;
}

/** Why no agent ever gets a variable of that name from any source, or undefined when one may. */
export function withheldName(name: string): Withheld | undefined {
  if (WEBHOOK_SECRET.test(name)) return "whoever has a webhook's secret can sign deliveries";
  if (PRIVATE_KEY.test(name)) return "whoever has an App's key is the bot";
  if (PERMISSION_TOKEN.test(name)) return "it is for questions about people's rights alone";
  if (OWN.test(name)) return "kugetsu sets it itself";
  if (name.startsWith("GIT_")) return "kugetsu says itself how an agent's git works";
  if (LOADER.test(name)) return "it makes programs load code as they start";
  if (name.startsWith("OPENCODE_") && !OPENCODE_CONFIGURATION.includes(name)) {
    return "kugetsu says itself how opencode runs";
  }
  return undefined;
}

/** Why an agent does not get this value, or undefined: it holds one of the bot's own secrets. */
export function withheldValue(value: string, secrets: readonly string[]): Withheld | undefined {
  const isHeld = secrets.some((secret) => secret.length >= 8 && value.includes(secret));
  return isHeld ? "it holds one of the bot's own secrets" : undefined;
}
