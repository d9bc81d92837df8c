import { expect, test } from "vitest";
import { picturesIn } from "../../src/pictures/find.ts";

const ID = "0a1b2c3d-0000-4000-8000-0123456789ab";

test.each<[string, string, string[]]>([
  ["Markdown", `before ![alt](/attachments/${ID} "title") after`, [`/attachments/${ID}`]],
  ["a reference", `![][shot]\n\n[shot]: http://x.test/y.png`, ["http://x.test/y.png"]],
  ["HTML", `<img width="300" alt="x" src="https://x.test/y.png">`, ["https://x.test/y.png"]],
  ["HTML with a path", `see <img src="attachments/${ID}">`, [`attachments/${ID}`]],
  ["several", "![](a) and\n\n- ![](b)\n- [![](a)](c)", ["a", "b"]],
])("a picture is found in %s", (_, text, found) => {
  expect(picturesIn(text)).toEqual(found);
});

test.each<[string, string]>([
  ["in a comment", "<!-- ![](a) <img src='https://x.test/y.png'> -->"],
  ["in a hidden element", "<div hidden>\n\n![](a)\n\n</div>"],
  ["in code", "`![](a)`\n\n```\n![](b)\n```"],
  ["as a link", "[a](/attachments/x)"],
  ["in nothing at all", ""],
])("no picture is found %s", (_, text) => {
  expect(picturesIn(text)).toEqual([]);
});

test("a text that takes for ever holds none", () => {
  expect(picturesIn(`${"1. ".repeat(20_000)}![](a)`, 50)).toEqual([]);
});
