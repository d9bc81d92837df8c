import { defineConfig } from "drizzle-kit";

// `npx drizzle-kit generate` writes the next migration from the two schema files; what is there is never changed.
export default defineConfig({
  dialect: "sqlite",
  schema: ["./src/kugetsu/db/schema.ts", "./src/jobs/schema.ts"],
  out: "./migrations",
});
