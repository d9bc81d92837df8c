import { describe, expect, test } from "vitest";
import { AT, forgeAt, OLIVIA, person, pullRequest, REPO } from "./published.ts";
import { type Exchange, replay } from "./replay.ts";

const query = (state: string) =>
  `${REPO}/pulls?state=${state}&head=olivia%3Afix%2Fissue-7&sort=created&direction=desc&per_page=30`;

describe("a pull request", () => {
  const draft = { title: "Fix", body: "Fixes #7", head: "fix/issue-7", base: "main" };
  const open: Exchange = { method: "POST", path: `${REPO}/pulls`, body: draft };
  const fork = {
    ref: "fix/issue-7",
    label: "olivia:fix/issue-7",
    sha: "b".repeat(40),
    repo: { id: 101 },
  };

  test("is the newest from that branch of the same repository", async () => {
    const answer = [
      pullRequest({ number: 12, head: fork }),
      pullRequest({ number: 11, state: "closed", merged_at: "2026-01-02T03:04:05Z" }),
      pullRequest(),
    ];
    await using server = await replay([{ path: query("all"), answer }]);
    expect(await forgeAt(server).pullRequest("olivia", "shop", "fix/issue-7")).toEqual({
      number: 11,
      state: "merged",
      author: person(OLIVIA),
      base: "main",
      head: "fix/issue-7",
      fromFork: false,
      webUrl: "https://github.com/olivia/shop/pull/9",
      body: "Fixes #7",
      reviewers: ["walter"],
    });
  });

  test("is none where there is none", async () => {
    await using server = await replay([{ path: query("all"), answer: [] }]);
    expect(await forgeAt(server).pullRequest("olivia", "shop", "fix/issue-7")).toBeUndefined();
  });

  test.each([
    ["of the repository", pullRequest(), false],
    ["of a fork", pullRequest({ head: fork }), true],
    ["whose fork is gone", pullRequest({ head: { ...fork, repo: null as never } }), true],
  ])("%s is read by its number", async (_, answer, fromFork) => {
    await using server = await replay([{ path: `${REPO}/pulls/7`, answer }]);
    expect(await forgeAt(server).pullRequestAt(AT)).toMatchObject({ state: "open", fromFork });
  });

  test("is none where the number is an issue's", async () => {
    await using server = await replay([{ path: `${REPO}/pulls/7`, status: 404 }]);
    expect(await forgeAt(server).pullRequestAt(AT)).toBeUndefined();
  });

  test("is opened", async () => {
    await using server = await replay([{ ...open, answer: pullRequest() }]);
    expect(await forgeAt(server).createPullRequest("olivia", "shop", draft)).toMatchObject({
      number: 9,
      state: "open",
    });
  });

  test.each<[string, object[], string]>([
    ["there already", [pullRequest()], "conflict"],
    ["not possible", [], "failed"],
  ])("that is %s is refused as such", async (_, answer, code) => {
    await using server = await replay([
      { ...open, status: 422 },
      { path: `${query("open")}&base=main`, answer },
    ]);
    await expect(forgeAt(server).createPullRequest("olivia", "shop", draft)).rejects.toMatchObject({
      code,
    });
  });

  test("gets a review asked for, where the forge lets it", async () => {
    const path = `${REPO}/pulls/9/requested_reviewers`;
    await using server = await replay([
      { method: "POST", path, body: { reviewers: ["walter"] }, answer: pullRequest() },
      { method: "POST", path, body: { reviewers: ["olivia"] }, status: 422 },
    ]);
    const forge = forgeAt(server);
    await forge.requestReview("olivia", "shop", 9, "walter");
    await expect(forge.requestReview("olivia", "shop", 9, "olivia")).rejects.toMatchObject({
      code: "failed",
    });
  });
});
