import { describe, expect, test } from "vitest";
import { capturedAnswer, differences } from "./captured.ts";
import { addAcme, startWorld, type Answer, type World } from "./world.ts";

const API = "/api/v1/repos/olivia/shop";
const HEADERS = ["x-total-count", "access-control-expose-headers", "x-hasmore"];

/** Asks what was asked of the real server, perhaps at another path. */
async function repeat(world: World, number: string, path?: string): Promise<Answer> {
  const { request } = capturedAnswer(number);
  return world.ask(request.as, request.method, path ?? request.path, request.body);
}

/** In what status, keys and headers the answers differ from those of the real server. */
async function compared(
  world: World,
  numbers: readonly string[],
  path?: string,
): Promise<string[]> {
  const found: string[] = [];
  for (const number of numbers) {
    const { response } = capturedAnswer(number);
    const ours = await repeat(world, number, path);
    if (ours.status !== response.status)
      found.push(`status ${ours.status}, not ${response.status}`);
    found.push(...differences(response.body, ours.body));
    found.push(...HEADERS.filter((name) => ours.headers.has(name) !== name in response.headers));
    if (found.length > 0) return [number, ...found];
  }
  return found;
}

/** The words of refusals, the real ones and ours, but for addresses. */
async function words(world: World, numbers: readonly string[], path?: string) {
  const real = numbers.map((number) => [number, wordsOf(capturedAnswer(number).response)]);
  const ours = [];
  for (const number of numbers) ours.push([number, wordsOf(await repeat(world, number, path))]);
  return { real, ours };
}

function wordsOf({ status, body }: { status: number; body: unknown }): string {
  return `${status} ${JSON.stringify(body).replaceAll(/http:\/\/[^/"]+/g, "URL")}`;
}

/** One field of an answer, or of every element when it is a list. */
function pick(answer: unknown, key: string): unknown {
  if (Array.isArray(answer)) return answer.map((one) => pick(one, key));
  return (answer as Record<string, unknown>)[key];
}

describe("the sandbox forge answers as a real Gitea", () => {
  test("about users, tokens and settings", async () => {
    await using world = await startWorld();
    expect(await compared(world, ["001", "002", "006", "007", "008"])).toEqual([]);
    const { real, ours } = await words(world, ["003", "004", "005"]);
    expect(ours).toEqual(real);
    const { token } = world.forge.addUser("newcomer", { mustChangePassword: true });
    const refused = await world.ask(token, "GET", "/api/v1/user");
    expect(wordsOf(refused)).toBe(wordsOf(capturedAnswer("000").response));
  });

  test("about repositories and branches", async () => {
    await using world = await startWorld({ bot: "write" });
    const commit = { by: "kugetsu-bot", message: "x", files: { a: "1\n" } };
    await world.forge.commit("olivia/shop", "fix/issue-1", commit);
    expect(await compared(world, ["009", "090", "092"])).toEqual([]);
    const { real, ours } = await words(world, ["010", "011", "091"]);
    expect(ours).toEqual(real);
  });

  test("about the permission of people, asked by a bot with write", async () => {
    await using world = await startWorld({ bot: "write" });
    expect(await compared(world, ["017", "043"])).toEqual([]);
    const refusals = ["012", "013", "014", "015", "016", "018", "041", "044"];
    const { real, ours } = await words(world, refusals);
    expect(ours).toEqual(real);
  });

  test("about the permission of people, asked by a bot with admin", async () => {
    await using world = await startWorld();
    await addAcme(world.forge);
    const numbers = [
      "019",
      "020",
      "021",
      "022",
      "023",
      "024",
      "026",
      "027",
      "028",
      "029",
      "032",
      "033",
    ];
    expect(await compared(world, numbers)).toEqual([]);
    for (const number of numbers) {
      const { body } = await repeat(world, number);
      const expected = pick(capturedAnswer(number).response.body, "permission");
      expect([number, pick(body, "permission")]).toEqual([number, expected]);
    }
    const { real, ours } = await words(world, ["025"]);
    expect(ours).toEqual(real);
  });

  test("about organizations and their teams", async () => {
    await using world = await startWorld();
    await addAcme(world.forge);
    const same = [
      ["030", "permissions"],
      ["031", "permissions"],
      ["034", "login"],
      ["042", "login"],
      ["035", "name"],
      ["036", "units_map"],
      ["040", "permission"],
    ] as const;
    for (const [number, key] of same) {
      expect(await compared(world, [number])).toEqual([]);
      const values = (list: unknown) => (number === "042" ? (list as string[]).toSorted() : list);
      const { body } = await repeat(world, number);
      const real = pick(capturedAnswer(number).response.body, key);
      expect([number, values(pick(body, key))]).toEqual([number, values(real)]);
    }
    const { real, ours } = await words(world, ["037", "038", "039"]);
    expect(ours).toEqual(real);
    const member = await world.ask("olivia", "GET", "/api/v1/teams/2/members/walter");
    const stranger = await world.ask("olivia", "GET", "/api/v1/teams/2/members/rita");
    expect([member.status, stranger.status]).toEqual([200, 404]);
  });

  test("about hooks", async () => {
    await using world = await startWorld();
    await addAcme(world.forge);
    const { real, ours } = await words(world, ["045", "046"]);
    expect(ours).toEqual(real);
    expect(
      await compared(world, ["047", "048", "049", "051", "052", "053", "054", "055", "056"]),
    ).toEqual([]);
    for (const number of ["047", "056"]) {
      const { body } = await repeat(world, number);
      const events = pick(capturedAnswer(number).response.body, "events");
      expect((pick(body, "events") as string[]).toSorted()).toEqual(
        (events as string[]).toSorted(),
      );
    }
    const listed = await world.ask("bot", "GET", `${API}/hooks`);
    expect(JSON.stringify(listed.body)).not.toContain("secret");
  });

  test("about issues and labels", async () => {
    await using world = await startWorld();
    expect(await compared(world, ["057", "059", "060", "062", "063", "064", "065", "088"])).toEqual(
      [],
    );
    await world.ask("bot", "POST", `${API}/labels`, { name: "bug", color: "#d73a4a" });
    const labels = await repeat(world, "058");
    expect(pick(labels.body, "name")).toEqual(["bug", "kugetsu"]);
    const { real, ours } = await words(world, ["061"]);
    expect(ours).toEqual(real);
    expect(await compared(world, ["058", "074", "116", "117"])).toEqual([]);
  });

  test("about comments and reactions", async () => {
    await using world = await startWorld();
    world.forge.createIssue("olivia/shop", { by: "olivia", title: "Total is wrong", body: "NaN" });
    const id = world.forge.comment("olivia/shop", 1, { by: "olivia", body: "/kugetsu fix" });
    const one = `${API}/issues/comments/${id}`;
    expect(await compared(world, ["066", "067", "072", "073", "075"])).toEqual([]);
    expect(await compared(world, ["068", "069", "070"], one)).toEqual([]);
    expect(await compared(world, ["083", "084", "086", "087"], `${one}/reactions`)).toEqual([]);
    const general = await words(world, ["071", "076", "077", "078", "079", "080", "081", "089"]);
    expect(general.ours).toEqual(general.real);
    const unknown = await words(world, ["085"], `${one}/reactions`);
    expect(unknown.ours).toEqual(unknown.real);
    expect(await compared(world, ["115"], one)).toEqual([]);
  });

  test("about pull requests", async () => {
    await using world = await startWorld();
    const { forge } = world;
    forge.createIssue("olivia/shop", { by: "olivia", title: "First" });
    forge.createIssue("olivia/shop", { by: "olivia", title: "Second" });
    const commit = { by: "kugetsu-bot", message: "x", files: { "total.js": "1\n" } };
    await forge.commit("olivia/shop", "fix/issue-1", commit);
    await forge.commit("olivia/shop", "same-as-main", { ...commit, files: {} });
    const numbers = ["095", "096", "097", "098", "099", "100", "101", "102", "108"];
    expect(await compared(world, numbers)).toEqual([]);
    const { real, ours } = await words(world, ["093", "094"]);
    expect(ours).toEqual(real);
    await forge.merge("olivia/shop", 3, { by: "olivia" });
    const merged = await repeat(world, "110");
    // The real one had reviews.
    expect(differences(capturedAnswer("110").response.body, merged.body)).toEqual([
      "$.review_comments: missing",
    ]);
    expect(merged.body).toMatchObject({
      merged: true,
      state: "closed",
      merged_by: { login: "olivia" },
    });
  });

  test("about reviews", async () => {
    await using world = await startWorld();
    const { forge } = world;
    for (const title of ["First", "Second"])
      forge.createIssue("olivia/shop", { by: "olivia", title });
    const commit = { by: "kugetsu-bot", message: "x", files: { "total.js": "1\n" } };
    await forge.commit("olivia/shop", "fix/issue-1", commit);
    expect(await compared(world, ["095", "103", "104", "105", "106", "107"])).toEqual([]);
    const { body } = await world.ask("bot", "GET", `${API}/pulls/3/reviews`);
    expect(pick(body, "state")).toEqual(pick(capturedAnswer("106").response.body, "state"));
    await forge.merge("olivia/shop", 3, { by: "olivia" });
    expect(await compared(world, ["110"])).toEqual([]);
  });

  test("when an issue is locked or a repository renamed or archived", async () => {
    await using world = await startWorld();
    const { forge } = world;
    forge.createIssue("olivia/shop", { by: "olivia", title: "First" });
    forge.lockIssue("olivia/shop", 1);
    expect(await compared(world, ["112"])).toEqual([]);
    forge.setCollaborator("olivia/shop", "kugetsu-bot", "read");
    const { real, ours } = await words(world, ["113", "114"]);
    expect(ours).toEqual(real);
    expect(await compared(world, ["118", "119"])).toEqual([]);
    expect((await repeat(world, "119")).body).toMatchObject({ full_name: "olivia/store" });
    forge.archive("olivia/store");
    const refused = await repeat(world, "121", "/api/v1/repos/olivia/store/issues/1/comments");
    const expected = wordsOf(capturedAnswer("121").response).replace("acme/store", "olivia/store");
    expect(wordsOf(refused)).toBe(expected);
  });
});
