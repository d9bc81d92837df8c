import { type Check, ok, problem } from "./check.ts";

export const settings: Check = {
  name: "settings",
  async look({ wrongSettings }) {
    if (wrongSettings.length === 0) return ok("Every setting can be read.");
    return wrongSettings.map((words) =>
      problem(words, "Settings are environment variables; `kugetsu help serve` lists them."),
    );
  },
};
