import { KugetsuError } from "../errors.ts";
import { addressKind } from "./address.ts";

/** What git authenticates with. Only ever handed over in the environment of one git process. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

type Environment = Record<string, string>;

const PASSED = [
  "PATH",
  "TMPDIR",
  "http_proxy",
  "https_proxy",
  "HTTPS_PROXY",
  "all_proxy",
  "ALL_PROXY",
  "no_proxy",
  "NO_PROXY",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "GIT_SSL_CAINFO",
  "GIT_SSL_CAPATH",
] as const;

// The second lock on the door: what a configuration could start is off, whatever repository git opens.
const SETTINGS: readonly (readonly [string, string])[] = [
  ["core.hooksPath", "/dev/null"],
  ["core.fsmonitor", "false"],
  ["core.attributesFile", "/dev/null"],
  ["core.excludesFile", "/dev/null"],
  ["core.quotePath", "false"],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["submodule.recurse", "false"],
  ["fetch.recurseSubmodules", "false"],
  // A server that counts objects sends a few bytes every five seconds: only real silence ends a transfer.
  ["http.lowSpeedLimit", "1"],
  ["http.lowSpeedTime", "120"],
];

/** The environment of every git process of ours: nothing of the machine's or the user's configuration. */
export function plainEnvironment(outer: Readonly<Record<string, string | undefined>>): Environment {
  const env: Environment = {
    LC_ALL: "C",
    // git and curl look for .gitconfig and .netrc here; without HOME curl would ask the password file.
    HOME: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ALLOW_PROTOCOL: "https:http:file",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_MERGE_AUTOEDIT: "no",
  };
  for (const name of PASSED) {
    const value = outer[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}

/** `plainEnvironment` with our settings, and with credentials that only the URL's own host gets to see. */
export function gitEnvironment(
  outer: Readonly<Record<string, string | undefined>>,
  authentication?: { readonly url: string; readonly credentials: Credentials },
): Environment {
  const env = plainEnvironment(outer);
  const settings = [...SETTINGS];
  const origin = authentication === undefined ? undefined : httpOrigin(authentication.url);
  if (authentication !== undefined && origin !== undefined) {
    assertCredentials(authentication.credentials);
    env["KUGETSU_GIT_USERNAME"] = authentication.credentials.username;
    env["KUGETSU_GIT_PASSWORD"] = authentication.credentials.password;
    // printf is built into the shell: the values stand in no command line.
    const helper =
      '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$KUGETSU_GIT_USERNAME" "$KUGETSU_GIT_PASSWORD"; }; f';
    settings.push(["credential.helper", ""], [`credential.${origin}.helper`, helper]);
  }
  env["GIT_CONFIG_COUNT"] = String(settings.length);
  for (const [index, [name, value]] of settings.entries()) {
    env[`GIT_CONFIG_KEY_${index}`] = name;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return env;
}

// Nobody is there to answer a question, so that a host that is not known yet is refused; nothing is forwarded.
const SSH = "ssh -oBatchMode=yes -oConnectTimeout=30 -oClearAllForwardings=yes -oForwardAgent=no";

/**
 * What git needs in addition where the address is one of ssh, else nothing: that way alone is open then. ssh itself
 * takes keys, known hosts and its configuration from the home that the list of users names, and the user's agent.
 */
export function sshEnvironment(
  outer: Readonly<Record<string, string | undefined>>,
  url: string,
): Environment {
  if (addressKind(url) !== "ssh") return {};
  const socket = outer["SSH_AUTH_SOCK"];
  return {
    GIT_ALLOW_PROTOCOL: "ssh",
    GIT_SSH_COMMAND: SSH,
    GIT_SSH_VARIANT: "ssh",
    ...(socket === undefined ? {} : { SSH_AUTH_SOCK: socket }),
  };
}

function httpOrigin(url: string): string | undefined {
  const parsed = URL.parse(url);
  return parsed?.protocol === "https:" || parsed?.protocol === "http:" ? parsed.origin : undefined;
}

function assertCredentials({ username, password }: Credentials): void {
  // A line break would add lines of its own to the credential protocol.
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(username + password)) {
    throw new KugetsuError("invalid", "A user name or token for git holds control characters.");
  }
}
