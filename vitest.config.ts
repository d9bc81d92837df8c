import { defineConfig } from "vitest/config";

// Two projects, so that the quick tests can run alone: `npx vitest run --project unit`.
export default defineConfig({
  test: {
    // Vitest leaves one core to itself: on two of them most tests would wait for each other, and many wait for git.
    maxWorkers: 3,
    projects: [
      {
        test: {
          name: "unit",
          // Loading the modules anew for each file costs more than most files take; none has effects when it is loaded.
          isolate: false,
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**", "test/gitea/**"],
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          // Each starts real opencode processes of some 600 MB: more than two side by side would starve a small machine.
          testTimeout: 240_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          // Against a server that somebody points it at: `npm run test:gitea` alone.
          name: "gitea",
          include: ["test/gitea/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
