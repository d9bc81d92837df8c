import { html, raw } from "hono/html";
import type { MadeApp } from "../../forges/adapter.ts";
import { manifestOf, PERMISSIONS } from "../../forges/setup/manifest.ts";
import { type PendingApp, stateOf } from "../../forges/setup/pending-apps.ts";
import { STYLE } from "./style.ts";

/** What a template of hono/html makes: text in which everything put in has been escaped. */
export type Page = ReturnType<typeof html>;

/** Where GitHub sends back to. */
export const CALLBACK = "/setup/github-app/callback";

/** Says what will happen and what is asked for; its button goes to GitHub. */
export function askPage(app: PendingApp, token: string): Page {
  const { url, owner, accounts, publicUrl, name } = app;
  const manifest = manifestOf({
    name: `kugetsu-${owner ?? accounts[0] ?? name}`,
    publicUrl,
    forge: name,
    redirectUrl: publicUrl + CALLBACK,
  });
  const path = owner === undefined ? "/settings" : `/organizations/${owner}/settings`;
  return layout(
    "Make the GitHub App",
    html`<p>
        This makes a GitHub App for kugetsu at <b>${url}</b>, owned by
        ${owner === undefined ? "you" : html`the organisation <b>${owner}</b>`}. It takes orders
        from repositories of ${names(accounts)} alone.
      </p>
      <ol>
        <li>The button leads to GitHub, which shows the App's name and asks you to confirm.</li>
        <li>GitHub sends you back here, and the App's key is stored on this server.</li>
        <li>Then you install the App, for the repositories that you choose.</li>
      </ol>
      <form method="post" action="${url}${path}/apps/new?state=${stateOf(token)}">
        <input type="hidden" name="manifest" value="${JSON.stringify(manifest)}" />
        <p><button type="submit">Go on to GitHub</button></p>
      </form>
      <h2>What the App may do</h2>
      <dl>
        ${PERMISSIONS.map(
          ({ name: permission, level, why }) =>
            html`<dt>${permission.replace("_", " ")}: ${level}</dt>
              <dd>${why}</dd>`,
        )}
      </dl>
      <p>
        It may not change workflows, settings, members or webhooks. GitHub tells it of issues, pull
        requests, reviews and comments, at <code>${manifest.hook_attributes.url}</code>.
      </p>`,
  );
}

/** The App is made and stored. */
export function donePage(app: PendingApp, made: MadeApp): Page {
  const others = app.accounts.filter((account) => account !== made.owner.toLowerCase());
  return layout(
    "The GitHub App is ready",
    html`<p>
        <b>${made.slug}</b> is stored as the forge <b>${app.name}</b>; the server uses it already.
      </p>
      <p>
        <a class="button" href="${made.page}/installations/new">Install it</a>
      </p>
      <p>
        Choose the repositories that it is for. Afterwards comment <code>/kugetsu help</code> on an
        issue there.
      </p>
      ${
        others.length === app.accounts.length
          ? html`<p class="note">
              It belongs to <b>${made.owner}</b>, which is not among the accounts that it serves.
            </p>`
          : ""
      }
      ${
        others.length === 0
          ? ""
          : html`<p class="note">
              GitHub lets a private App be installed for its owner alone. For ${names(others)} make
              it public: in the App's settings, Advanced. What strangers do with it is dropped here:
              only ${names(app.accounts)} are served.
            </p>`
      }`,
  );
}

/** Why it does not go on, and what to do; what stands in backticks is for a terminal. */
export function sorryPage(title: string, ...words: readonly string[]): Page {
  return layout(title, html`${words.map((each) => html`<p>${withCode(each)}</p>`)}`);
}

function withCode(words: string): Page {
  const parts = words.split("`");
  return html`${parts.map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}

function names(accounts: readonly string[]): Page {
  return html`${accounts.map((account, index) => html`${index === 0 ? "" : ", "}<b>${account}</b>`)}`;
}

function layout(title: string, content: Page): Page {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title} – kugetsu</title>
        ${raw(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html>`;
}
