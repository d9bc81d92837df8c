import { defineConfig } from "rolldown";
import { licenceNotices } from "./scripts/licence-notices.ts";

// Node runs no TypeScript below node_modules, and a start that reads hundreds of files is slow: the package holds the
// program bundled, with what it is made of, one chunk for each verb. Rolldown, since Vitest brings it along.
export default defineConfig({
  input: {
    cli: "src/cli.ts",
    core: "src/kugetsu/kugetsu.ts",
    "pm-client": "src/pm/client.ts",
  },
  platform: "node",
  // With a binary inside; opencode-ai and @vscode/ripgrep are only looked for, never imported.
  external: ["better-sqlite3"],
  // The UMD build of jsonc-parser hides what it needs from every bundler.
  resolve: { mainFields: ["module", "main"] },
  plugins: [licenceNotices("THIRD-PARTY-LICENCES.txt")],
  output: {
    dir: "dist",
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name]-[hash].js",
    cleanDir: true,
  },
});
