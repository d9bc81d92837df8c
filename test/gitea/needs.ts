// Runs before the tests, so that one sentence stands there where something is missing.
import { serverUnderTest } from "./server.ts";

const { url, token } = serverUnderTest();
const missing = [
  ...(url === "" ? ["GITEA_URL"] : []),
  ...(token === "" ? ["GITEA_ADMIN_TOKEN"] : []),
];
if (missing.length > 0) {
  process.stderr.write(
    `Set ${missing.join(" and ")}: the address of a Gitea or Forgejo to try this on, and a token of an admin of it ` +
      "with every scope. docs/testing.md says how to start one.\n",
  );
  process.exitCode = 1;
}
