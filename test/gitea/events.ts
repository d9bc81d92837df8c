import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { readGiteaDelivery } from "../../src/forge/gitea/delivery.ts";
import type { ForgeUnderTest } from "../support/forge-under-test.ts";

/** How long a server may take from an act to the last delivery about it. */
const QUIET_MS = 1_500;
/** How late the first one may be. */
const LATE_MS = 10_000;

/** What a forge tells of each act, as the adapter understands it, by what was done. */
export async function eventsOf(
  forge: ForgeUnderTest,
  host = "127.0.0.1",
): Promise<Readonly<Record<string, readonly unknown[]>>> {
  let heard: string[] = [];
  let last = Date.now();
  const server = createServer((request, response) => {
    void (async () => {
      const body: unknown = JSON.parse(await text(request));
      const headers = new Headers();
      for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
      const type = headers.get("x-gitea-event-type") ?? "";
      const event = readGiteaDelivery(headers, body);
      heard.push(`${headers.get("x-gitea-event")} ${type} ${wordsOf(event)}`);
      last = Date.now();
      response.writeHead(202).end();
    })();
  });
  server.listen(0, host === "127.0.0.1" ? host : "0.0.0.0");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const { owner, writer, reader, bot } = forge.people;
  const isStillAwaited = (begun: number, atLeast: number) =>
    heard.length < atLeast && Date.now() - begun < LATE_MS;
  const told: Record<string, readonly unknown[]> = {};
  const ending = /(-[0-9a-f]{8})?$/.exec(owner)?.[1] ?? "\0";
  const act = async <T>(what: string, done: () => Promise<T>, atLeast = 1): Promise<T> => {
    heard = [];
    const result = await done();
    const begun = Date.now();
    last = begun;
    while (Date.now() - last < QUIET_MS || isStillAwaited(begun, atLeast)) await sleep(50);
    told[what] = heard.map((words) => words.replaceAll(ending, ""));
    return result;
  };
  try {
    const shop = await forge.addRepository(owner, "bazaar", {
      files: { "README.md": "# bazaar\n" },
      collaborators: { [writer]: "write", [reader]: "read", [bot]: "write" },
    });
    await forge.addHook(shop, { url: `http://${host}:${port}/`, secret: "x".repeat(20) });
    const plain = { by: writer, title: "Broken", body: "Badly." };
    const issue = await act("an issue", () => forge.createIssue(shop, plain));
    const full = { ...plain, labels: ["kugetsu", "bug"], assignees: [bot] };
    const other = await act("one with labels and an assignee", () => forge.createIssue(shop, full));
    await act("another title", () => forge.editIssue(shop, issue, { by: owner, title: "Broke" }));
    await act("another text", () => forge.editIssue(shop, issue, { by: owner, body: "Very." }));
    const said = await act("a comment", () =>
      forge.comment(shop, issue, { by: reader, body: "Look." }),
    );
    await act("its edit", () => forge.editComment(shop, said, { by: owner, body: "See." }));
    await act("its end", () => forge.deleteComment(shop, said, owner));
    await act("a label", () => forge.label(shop, issue, { by: writer, name: "kugetsu" }));
    await act("the label again", () => forge.label(shop, issue, { by: owner, name: "kugetsu" }));
    await act("another label", () => forge.label(shop, issue, { by: writer, name: "bug" }));
    await act("a label less", () => forge.unlabel(shop, issue, { by: writer, name: "kugetsu" }));
    await act("no label", () => forge.unlabel(shop, issue, { by: writer, name: "bug" }));
    await act("an assignee", () => forge.assign(shop, issue, { by: writer, assignee: bot }));
    await act("no assignee", () => forge.unassign(shop, issue, owner));
    await act("a closed issue", () => forge.setIssueState(shop, issue, "closed"));
    await act("an opened one", () => forge.setIssueState(shop, issue, "open"));
    await act("a lock", () => forge.lock(shop, issue), 0);
    await act("an issue less", () => forge.deleteIssue(shop, other));

    const files = { "sum.js": "1\n2\n3\n" };
    await act("a branch", () => forge.commit(shop, "sum", { by: writer, files }), 0);
    const pull = await act("a pull request", () =>
      forge.openPull(shop, { by: writer, title: "Sum", head: "sum" }),
    );
    await act("a comment on it", () => forge.comment(shop, pull, { by: owner, body: "Good." }));
    await act("a label on it", () => forge.label(shop, pull, { by: owner, name: "kugetsu" }));
    await act("an assignee of it", () => forge.assign(shop, pull, { by: owner, assignee: bot }));
    await act("a review asked for", () => forge.requestReview(shop, pull, { by: owner, of: bot }));
    const review = await act("a review with a line", () =>
      forge.review(shop, pull, {
        by: owner,
        state: "commented",
        body: "Hm.",
        comments: [{ path: "sum.js", line: 2, body: "Why?" }],
      }),
    );
    const [line = 0] = review.comments;
    const to = { review: review.id, comment: line, path: "sum.js", line: 2 };
    await act("a reply", () => forge.reply(shop, pull, { ...to, by: writer, body: "Because." }));
    await act("an edited line", () => forge.editComment(shop, line, { by: owner, body: "How?" }));
    await act("a line less", () => forge.deleteComment(shop, line, owner));
    await act("a rejection", () =>
      forge.review(shop, pull, { by: owner, state: "changes_requested", body: "No." }),
    );
    await act("an approval", () => forge.review(shop, pull, { by: owner, state: "approved" }));
    const more = { "more.js": "1\n" };
    await act("a push to it", () => forge.commit(shop, "sum", { by: writer, files: more }));
    await act("a merge", () => forge.merge(shop, pull, owner));
    const renamed = await act("a rename", () => forge.rename(shop, "market"), 0);
    await act("an issue after it", () => forge.createIssue(renamed, plain));
    await act("an archive", () => forge.archive(renamed), 0);
    return told;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** The event without what every server makes anew. */
function wordsOf(event: unknown): string {
  return JSON.stringify(event, (key, one: unknown) => {
    if (key === "id" && typeof one === "number") return one > 0 ? "ID" : one;
    if (key.endsWith("At") && typeof one === "string") return "TIME";
    return one;
  });
}
