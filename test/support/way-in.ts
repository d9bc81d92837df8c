import { createSign } from "node:crypto";
import type { AppWithKey } from "../../src/demo/forge/sandbox-app.ts";
import type { SandboxForge } from "../../src/demo/forge/sandbox.ts";

export const REPOSITORY = "olivia/shop";
export const SECRET = "a-webhook-secret-for-tests-only";

/** Which forge the sandbox is, and whether the bot is a person there or a GitHub App. */
export type Face = "gitea" | "github-token" | "github-app";

/** How the bot gets in, and hears what happens. */
export interface WayIn {
  /** The bot's login. */
  readonly bot: string;
  /** Its token; an App has none of its own. */
  readonly token: string;
  /** What configures the bot. */
  readonly env: Readonly<Record<string, string>>;
  /** The bot listens at that address from now on. */
  listen(url: string): Promise<void>;
}

/** Before there is a repository: the bot's account, and what it needs of the forge. */
export function openWayIn(forge: SandboxForge, face: Face): WayIn {
  if (face === "github-app") return asApp(forge);
  const { login, token } = forge.addUser("kugetsu-bot");
  const [prefix, route] = face === "gitea" ? ["GITEA", "gitea"] : ["GITHUB", "github"];
  return {
    bot: login,
    token,
    env: {
      [`${prefix}_URL`]: forge.url,
      [`${prefix}_TOKEN`]: token,
      [`${prefix}_WEBHOOK_SECRET`]: SECRET,
    },
    async listen(url) {
      forge.addHook(REPOSITORY, { url: `${url}/webhooks/${route}`, secret: SECRET });
    },
  };
}

/** Serves olivia alone. */
function asApp(forge: SandboxForge): WayIn {
  const app = forge.addApp({ slug: "kugetsu", owner: "olivia" });
  return {
    bot: app.login,
    token: "",
    env: {
      GITHUB_URL: forge.url,
      GITHUB_APP_ID: String(app.id),
      GITHUB_APP_PRIVATE_KEY: app.privateKey,
      GITHUB_APP_ACCOUNTS: "olivia",
      GITHUB_WEBHOOK_SECRET: app.webhookSecret,
    },
    async listen(url) {
      const answer = await fetch(`${forge.url}/api/v3/app/hook/config`, {
        method: "PATCH",
        headers: { authorization: `Bearer ${signed(app)}` },
        body: JSON.stringify({ url: `${url}/webhooks/github` }),
      });
      if (!answer.ok) throw new Error(`The App's webhook was not changed: ${answer.status}`);
    },
  };
}

/** What an App says who it is with. */
function signed({ id, privateKey }: AppWithKey): string {
  const now = Math.floor(Date.now() / 1000);
  const words = [
    { alg: "RS256", typ: "JWT" },
    { iss: id, iat: now - 60, exp: now + 60 },
  ];
  const text = words.map((one) => Buffer.from(JSON.stringify(one)).toString("base64url")).join(".");
  return `${text}.${createSign("RSA-SHA256").update(text).sign(privateKey, "base64url")}`;
}
