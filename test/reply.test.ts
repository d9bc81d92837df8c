import { describe, expect, it } from "vitest";
import { visit } from "unist-util-visit";
import { parseMarkdown } from "../src/markdown.ts";
import * as reply from "../src/reply.ts";
import type { FinalReport } from "../src/reply.ts";

const report: FinalReport = {
  outcome: "finished",
  summary: "The parser skips an empty line.\n\nThanks @walter, fixes #3.",
  diffstat: {
    files: 3,
    insertions: 1214,
    deletions: 3,
    entries: [
      { path: "src/parse.ts", insertions: 1214, deletions: 3 },
      { path: "a`b\n@walter.png" },
    ],
    more: 1,
  },
  branch: "fix/issue-14",
  pushed: true,
  pull: { number: 15, url: "https://git.example.org/shoko/kugetsu/pulls/15", created: true },
  commits: 2,
  committedForAgent: false,
  foundOn: undefined,
  notes: [],
  kept: [],
  durationMs: 254_000,
  tokens: { input: 120_345, output: 3456, cached: 0 },
  cost: undefined,
  verb: "fix",
  login: "walter",
};

/** What stands in text, where a forge looks for mentions. */
function textOf(markdown: string): string {
  const parts: string[] = [];
  visit(parseMarkdown(markdown), "text", (node) => void parts.push(node.value));
  return parts.join(" ");
}

describe("the final status comment", () => {
  it("names the pull request's full address and the branch, verbatim", () => {
    const text = reply.statusFinal(report);
    expect(text).toMatch(/^\*\*Done\*\* after 4 min\./);
    expect(text).toContain("https://git.example.org/shoko/kugetsu/pulls/15");
    expect(text).toContain("`fix/issue-14`, 2 commits");
    expect(text).toContain("3 files changed, +1214 -3");
    expect(text).toContain("- and 1 more");
  });

  it("calls a cost that is not known unknown", () => {
    expect(reply.statusFinal(report)).toContain("120,345 tokens in, 3,456 out, cost unknown");
    expect(reply.statusFinal({ ...report, tokens: undefined, cost: 0 })).toContain(
      "tokens unknown, $0.00",
    );
    expect(reply.statusFinal({ ...report, cost: 0.001 })).toContain("less than $0.01");
  });

  it("mentions nobody, whatever the agent and its files are called", () => {
    expect(textOf(reply.statusFinal(report))).not.toMatch(/@[\w]|#\d/);
  });

  it.each([
    ["failed", "Failed"],
    ["timed_out", "Timed out"],
    ["stopped", "Stopped"],
  ] as const)("says that a turn %s, why, and how to go on", (outcome, word) => {
    const text = reply.statusFinal({
      ...report,
      outcome,
      reason: "No quota for @walter.",
      summary: "",
      pull: undefined,
      pushed: false,
    });
    expect(text).toMatch(
      new RegExp(`^\\*\\*${word}\\*\\* after 4 min\\. No quota for @\u200Bwalter\\.`),
    );
    expect(text).toContain("`fix/issue-14`, 2 commits, not pushed");
    expect(text).toContain("/kugetsu continue");
    expect(text).toContain("/kugetsu retry");
  });

  it("says that nothing was committed", () => {
    const text = reply.statusFinal({
      ...report,
      commits: 0,
      pull: undefined,
      pushed: false,
      diffstat: undefined,
    });
    expect(text).toContain("No commit was made.");
    expect(text).not.toContain("`fix/issue-14`");
  });

  it("shows notes and kept work without a click", () => {
    const text = reply.statusFinal({
      ...report,
      notes: ["Merged `main` first."],
      kept: ["refs/kugetsu/kept/a/1"],
      committedForAgent: true,
      foundOn: "other",
    });
    const beforeFolds = text.slice(0, text.indexOf("<details>"));
    expect(beforeFolds).toContain("- Merged `main` first.");
    expect(beforeFolds).toContain("`refs/kugetsu/kept/a/1`");
    expect(text).toContain("kugetsu committed them");
    expect(text).toContain("taken from `other`");
  });

  it("says nothing of branches to who delegates", () => {
    const text = reply.statusFinal({
      ...report,
      verb: "delegate",
      branch: undefined,
      pull: undefined,
      commits: 0,
    });
    expect(text).not.toContain("commit");
    expect(text).toContain("/kugetsu delegate");
  });

  it("stays under 60,000 characters", () => {
    const many = Array.from({ length: 500 }, (_, n) => ({
      path: `${n}/${"p".repeat(4000)}`,
      insertions: 1,
      deletions: 1,
    }));
    const text = reply.statusFinal({
      ...report,
      summary: "[*".repeat(100_000),
      reason: "r".repeat(100_000),
      outcome: "failed",
      diffstat: { files: 500, insertions: 1, deletions: 1, entries: many, more: 5000 },
      branch: "b".repeat(10_000),
      notes: many.map(({ path }) => path),
      kept: many.map(({ path }) => path),
    });
    expect(text.length).toBeLessThan(60_000 - 5000);
  });

  it("names what shows the rest where it cuts what the agent said", () => {
    const whole = reply.logsCommand({ ref: "git.example.org/o/r#14", id: 7 });
    const long = { ...report, whole, summary: "A line of it.\n\n".repeat(1000) };
    const offer = "`kugetsu logs git.example.org/o/r#14 --job 7` shows the whole text";
    expect(reply.statusFinal(long)).toContain(offer);
    expect(reply.statusFinal({ ...long, summary: "A line of it." })).not.toContain("kugetsu logs");
    const asked = { issueNumber: 14, requestedBy: "walter", ref: "git.example.org/o/r#14" };
    expect(reply.pullRequestBody({ ...long, ...asked })).toContain(offer);
  });

  it("holds its own HTML alone", () => {
    const html: string[] = [];
    visit(
      parseMarkdown(reply.statusFinal({ ...report, summary: "</details><details>" })),
      "html",
      (node) => void html.push(node.value),
    );
    expect(html.join(" ")).toMatch(/^(?:<details>\n<summary>[\w ,+-]+<\/summary> <\/details> ?)+$/);
  });
});

describe("the short texts", () => {
  it("mention nobody where an order came to no turn, whatever a branch is called", () => {
    const words =
      "The repository has a branch called @walter/#12, beside which git cannot have it.";
    expect(textOf(reply.statusEnded({ state: "failed", words }))).not.toMatch(/@\w|#\d/);
    expect(reply.statusEnded({ state: "stopped", words: "`ann` stopped it." })).toBe(
      "**Stopped.** `ann` stopped it.",
    );
  });

  it("say how an order waits", () => {
    expect(reply.statusQueued({ verb: "fix" })).toBe(
      "**Queued:** `fix`. It begins when its turn comes.",
    );
    expect(reply.statusQueued({ verb: "fix", position: 1 })).toContain("the next one");
    expect(reply.statusQueued({ verb: "fix", position: 3 })).toContain("2 orders are before it");
    expect(reply.statusInterrupted()).toMatch(/^\*\*Queued\*\*/);
    expect(reply.statusQueued({ verb: "fix", paused: true })).toBe(
      "**Queued:** `fix`. The operator paused me; it begins when I am resumed.",
    );
    expect(reply.statusQueued({ verb: "fix", begun: true, paused: true })).toBe(
      "**Queued** again. The operator paused me; it goes on when I am resumed.",
    );
  });

  it("say who stopped an order, and how to go on", () => {
    const by = "walter";
    expect(reply.stoppedWords({ by, verb: "fix", begun: false })).toBe(
      "`walter` stopped it before an agent began.",
    );
    expect(reply.stoppedWords({ by, verb: "fix", begun: true })).toContain("/kugetsu continue");
    expect(reply.stoppedWords({ by, verb: "delegate", begun: true })).toBe("`walter` stopped it.");
    expect(reply.whoStopped("the operator")).toBe("The operator stopped it.");
  });

  it("say what the agent is doing, in code", () => {
    const text = reply.statusWorking({
      doing: ["bash: echo `@walter` #1", "read: a.ts"],
      elapsedMs: 125_000,
      branch: "fix/issue-14",
    });
    expect(text).toMatch(/^\*\*Working\*\* on `fix\/issue-14` for 2 min\./);
    expect(textOf(text)).not.toMatch(/@|#1/);
    expect(text).toContain("- `read: a.ts`");
  });

  it("refuse in one sentence that mentions nobody", () => {
    for (const why of [
      "no_right",
      "unknown",
      "no_admin",
      "daily_limit",
      "fork",
      "default_branch",
      "archived",
    ] as const) {
      const text = reply.refusal({ login: "rita", verb: "fix", why, limit: 20 });
      expect(text).toMatch(/^\*\*Refused:\*\* `fix` for `rita`\. \S/);
      expect(text).not.toContain("@");
    }
  });

  it("say what to do where the bot cannot push, or must not", () => {
    const facts = { login: "rita", verb: "fix" } as const;
    expect(reply.refusal({ ...facts, why: "fork" })).toContain(
      "Push the branch to this repository",
    );
    for (const why of ["fork", "default_branch"] as const)
      expect(reply.refusal({ ...facts, why })).toContain("`/kugetsu fix` on");
  });

  it("explain every verb", () => {
    const text = reply.helpText({ version: "0.1.0" });
    for (const verb of [
      "fix",
      "continue",
      "delegate",
      "status",
      "stop",
      "retry",
      "reset",
      "help",
    ]) {
      expect(text).toContain(`/kugetsu ${verb}`);
    }
    expect(text).toContain("0.1.0");
  });

  it("guess what a word was meant to be, and do not repeat what it does", () => {
    expect(reply.didYouMean("fixx", "fix")).toContain("Did you mean `/kugetsu fix`?");
    expect(textOf(reply.didYouMean("@walter`#1"))).not.toMatch(/@|#1/);
  });

  it("tell exactly the one who asked", () => {
    const text = reply.toldComment({ login: "walter", state: "done", pull: 15 });
    expect(text.match(/@[\w-]+/g)).toEqual(["@walter"]);
    expect(reply.toldComment({ login: "a b @c", state: "failed" })).toMatch(/^`a b @c` it failed/);
  });

  it("point to work that is already there", () => {
    const text = reply.alreadyThere({
      pullUrl: "https://x.org/o/r/pulls/15",
      branch: "fix/issue-14",
    });
    expect(text).toContain("https://x.org/o/r/pulls/15");
    expect(text).toContain("`fix/issue-14`");
  });
});

describe("a pull request", () => {
  it.each([
    ["Crash on `empty` input", "Fix: Crash on empty input"],
    ["Fix the crash", "Fix the crash"],
    ["fixes #3 for @walter", "fixes 3 for walter"],
    [" ", "Fix the issue"],
  ])("of the issue %j is called %j", (title, expected) => {
    expect(reply.pullRequestTitle(title)).toBe(expected);
  });

  it("has a title that a forge takes", () => {
    expect(reply.pullRequestTitle("x".repeat(1000)).length).toBeLessThan(250);
  });

  it("closes its issue, and only that", () => {
    const body = reply.pullRequestBody({
      issueNumber: 14,
      summary: "Fixes #3. @walter",
      requestedBy: "walter",
      ref: "git.example.org/o/r#14",
    });
    expect(textOf(body).match(/#\d+/g)).toEqual(["#14"]);
    expect(body).toContain("\n\nFixes #14\n\n");
    expect(textOf(body)).not.toMatch(/@\w/);
  });
});
