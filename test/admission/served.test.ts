import { expect, test } from "vitest";
import { servedBy } from "../../src/admission/served.ts";

test.each([
  ["nothing named serves everybody", [], "acme/api", true],
  ["an owner serves all its repositories", ["acme"], "acme/api", true],
  ["a repository serves itself", ["acme/api"], "acme/api", true],
  ["upper and lower case are the same", ["ACME/Api"], "Acme/aPI", true],
  ["an owner serves nobody else's", ["acme"], "olivia/acme", false],
  ["a repository does not serve its owner's others", ["acme/api"], "acme/web", false],
  ["a part of a name is not the name", ["acme/ap", "acm"], "acme/api", false],
  ["a repository of this forge serves itself", ["git.example.org/Acme/api"], "acme/api", true],
  ["one of another forge does not", ["other.example.org/acme/api"], "acme/api", false],
  ["a repository's name alone is no owner", ["api"], "acme/api", false],
])("%s", (_, allow, repository, served) => {
  const [owner = "", name = ""] = repository.split("/");
  expect(servedBy(allow, "git.example.org")({ id: 1, owner, name })).toBe(served);
});
