import { type Context, Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { fetchApp, type MadeApp } from "../../forges/adapter.ts";
import { createForgeFile } from "../../forges/file.ts";
import { settingOf } from "../../forges/setup/add.ts";
import { createPendingApps, type PendingApp } from "../../forges/setup/pending-apps.ts";
import type { ForgeSetting } from "../../forges/setting.ts";
import { KugetsuError, safeMessage } from "../../kugetsu/errors.ts";
import type { Log } from "../../log.ts";
import { methodNotAllowed } from "../method.ts";
import { askPage, CALLBACK, donePage, type Page, sorryPage } from "./pages.ts";
import { STYLE_SOURCE } from "./style.ts";

export interface SetupOptions {
  /** KUGETSU_HOME, absolute. */
  readonly home: string;
  /** The environment's forges, whose names and hosts no other one may have. */
  readonly environment: readonly ForgeSetting[];
  readonly now?: () => number;
}

type Env = { Variables: { formTarget?: string } };

const AGAIN = "Run `kugetsu forge add … --app` once more: it prints a new address.";

/**
 * The pages that lead through the making of a GitHub App: `GET /setup/github-app?token=…`, and where GitHub sends back
 * to. Nobody gets any further without a token that `kugetsu forge add --app` printed.
 */
export function setupRoutes(options: SetupOptions & { readonly log: Log }): Hono<Env> {
  const { home, log } = options;
  const pending = createPendingApps(home, options.now);
  const routes = new Hono<Env>();
  // Of the address that a page has, which holds the token, nobody is told; a form says whose it is.
  const headers = secureHeaders({
    strictTransportSecurity: false,
    xFrameOptions: "DENY",
    referrerPolicy: "strict-origin",
  });
  routes.use("/setup/*", headers, async (c, next) => {
    await next();
    const target = c.get("formTarget") ?? "'none'";
    c.header(
      "Content-Security-Policy",
      `default-src 'none'; style-src ${STYLE_SOURCE}; form-action ${target}; base-uri 'none'; frame-ancestors 'none'`,
    );
  });

  routes.get("/setup/github-app", async (c) => {
    const token = c.req.query("token") ?? "";
    const app = await pending.find(token);
    if (app === undefined) return show(c, 404, unknown());
    if (app === "expired") return show(c, 410, expired());
    // Browsers hold redirects of the form to it as well: a server may ask to sign in elsewhere, and leads back here.
    c.set("formTarget", `${new URL(app.url).origin} https: 'self'`);
    return show(c, 200, askPage(app, token));
  });

  routes.get(CALLBACK, async (c) => {
    const { code = "", state = "" } = c.req.query();
    const app = await pending.take(state);
    if (app === undefined) return show(c, 404, unknown());
    if (app === "expired") return show(c, 410, expired());
    let made: MadeApp;
    try {
      made = await fetchApp({ url: app.url, apiUrl: app.apiUrl }, code);
    } catch (error) {
      if (!(error instanceof KugetsuError)) throw error;
      log.warn({ err: error, forge: app.name }, "A GitHub App could not be fetched.");
      // The code counts for an hour: the page may be loaded again.
      if (error.code === "unavailable") {
        await pending.putBack(state);
        const words = [`${error.message} Load this page again in a moment.`, error.hint ?? ""];
        return show(c, 502, sorryPage("GitHub does not answer", ...words));
      }
      const why = `${error.message} A code counts once, and for an hour.`;
      return show(c, 400, sorryPage("GitHub did not hand out the App", why, AGAIN));
    }
    return store(c, app, made);
  });

  for (const path of ["/setup/github-app", CALLBACK])
    routes.all(path, (c) => methodNotAllowed(c, "GET, HEAD"));
  return routes;

  async function store(c: Context, app: PendingApp, made: MadeApp): Promise<Response> {
    const { name, url, apiUrl, accounts } = app;
    const setting = settingOf(
      { name, kind: "github", url, apiUrl },
      { token: undefined, app: { id: made.id, privateKey: made.privateKey } },
      undefined,
      { accounts, webhook: [made.webhookSecret] },
    );
    try {
      await createForgeFile(home, options.environment).save(setting);
    } catch (error) {
      if (!(error instanceof KugetsuError)) throw error;
      log.error({ err: error, forge: name, app: made.slug }, "A GitHub App could not be stored.");
      const words = [
        `GitHub made ${made.slug}, and it could not be stored here: ${safeMessage(error)}`,
        `Its key is lost: delete the App in its settings (${made.page}), and begin again.`,
      ];
      return show(c, 409, sorryPage("The App could not be stored", ...words));
    }
    log.info({ forge: name, app: made.slug, accounts }, "A GitHub App was made and stored.");
    return show(c, 200, donePage(app, made));
  }
}

function show(c: Context, status: 200 | 400 | 404 | 409 | 410 | 502, page: Page) {
  return c.html(page, status);
}

function unknown(): Page {
  return sorryPage(
    "This address does not count",
    "It was used already, or is not complete.",
    "`kugetsu forge list` shows whether the App is stored.",
    AGAIN,
  );
}

function expired(): Page {
  return sorryPage("This address has expired", "It counts for an hour.", AGAIN);
}
