import { type Check, ok, problem, warning } from "./check.ts";

export const settings: Check = {
  name: "settings",
  async look({ wrongSettings, doubtfulSettings }) {
    const findings = [
      ...wrongSettings.map((words) =>
        problem(
          words,
          "Settings are environment variables, or lines of the home's config file; `kugetsu config` shows them.",
        ),
      ),
      ...doubtfulSettings.map((words) => warning(words, "`kugetsu config` shows what holds.")),
    ];
    return findings.length === 0 ? ok("Every setting can be read.") : findings;
  },
};
