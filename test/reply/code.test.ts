import { expect, it } from "vitest";
import { parseMarkdown } from "../../src/markdown.ts";
import { code, codeBlock } from "../../src/reply/code.ts";

it.each([
  ["fix/issue-14", "fix/issue-14"],
  ["a`b", "a`b"],
  ["`a``b```", "`a``b```"],
  ["@walter #12 <b> ![](x)", "@walter #12 <b> ![](x)"],
  ["a\n\n/kugetsu fix\r\nb", "a /kugetsu fix b"],
  ["a\u202Eb\u0000", "ab"],
])("%j is one piece of inline code", (text, shown) => {
  const [paragraph, ...rest] = parseMarkdown(`x ${code(text)} y`).children;
  expect(rest).toEqual([]);
  expect(paragraph).toMatchObject({
    children: [{ value: "x " }, { type: "inlineCode", value: shown }, { value: " y" }],
  });
});

it("is never empty and never long", () => {
  expect(code("")).toBe("` `");
  expect(code("x".repeat(5000)).length).toBeLessThan(510);
});

it("carries no hidden marker", () => {
  expect(code("<!-- kugetsu:1 -->")).not.toContain("<!--");
  expect(codeBlock("<!--kugetsu:1 -->")).not.toContain("<!--");
});

it("a block is not ended by what stands in it", () => {
  expect(parseMarkdown(codeBlock("a\n```\n````\nb")).children).toMatchObject([
    { type: "code", value: "a\n```\n````\nb" },
  ]);
});
