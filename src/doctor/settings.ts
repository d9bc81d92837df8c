import { warningsOfBare } from "../admission/here.ts";
import { instanceOf } from "../forges/setting.ts";
import { type Check, ok, problem, warning } from "./check.ts";

export const settings: Check = {
  name: "settings",
  async look(subject) {
    const { wrongSettings, doubtfulSettings, config } = subject;
    const { settings: forges = [] } = (await subject.forges()) ?? {};
    const bare = config === undefined ? [] : warningsOfBare(config, forges.map(instanceOf));
    const findings = [
      ...wrongSettings.map((words) =>
        problem(
          words,
          "Settings are environment variables, or lines of the home's config file; `kugetsu config` shows them.",
        ),
      ),
      ...bare.map((words) => warning(words)),
      ...doubtfulSettings.map((words) => warning(words, "`kugetsu config` shows what holds.")),
    ];
    return findings.length === 0 ? ok("Every setting can be read.") : findings;
  },
};
