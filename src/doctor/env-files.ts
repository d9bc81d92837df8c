import { isForgeCredential, withheldName } from "../kugetsu/env/withheld.ts";
import { type Check, type EnvFile, type Finding, ok, problem, warning } from "./check.ts";

export const envFiles: Check = {
  name: "env files",
  async look(subject) {
    const files = await subject.envFiles();
    if (files.size === 0) return [];
    const findings = [...files].flatMap(([name, file]) => findingsOf(name, file));
    return findings.length > 0
      ? findings
      : ok([...files.keys()].map((name) => `${name}.env`).join(", "));
  },
};

function findingsOf(name: string, file: EnvFile): readonly Finding[] {
  if ("why" in file) return [problem(file.why, file.advice)];
  return [...file.variables.keys()].flatMap((variable) => {
    const take = `\`kugetsu env rm ${variable} ${name}\``;
    const why = withheldName(variable);
    if (why !== undefined)
      return [warning(`${variable} in ${name}.env is withheld from agents: ${why}.`, take)];
    if (name === "pm-agent" || !isForgeCredential(variable)) return [];
    return [
      warning(
        `${variable} in ${name}.env is withheld from agents: a forge token belongs into pm-agent.env alone.`,
        `${take}, and for the PM agent \`kugetsu env set ${variable} - pm-agent\`.`,
      ),
    ];
  });
}

export const pmToken: Check = {
  name: "pm agent",
  async look(subject) {
    if (subject.home === undefined) return [];
    const file = (await subject.envFiles()).get("pm-agent");
    if (file !== undefined && "why" in file) return [];
    const tokens = ["GITEA_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"];
    if (tokens.some((token) => file?.variables.get(token)))
      return ok("It has a forge token of its own.");
    return ok(
      "It has no forge token of its own, and works without the forge's API.",
      "`kugetsu env set GITEA_TOKEN - pm-agent` gives it one, for GitHub `kugetsu env set GITHUB_TOKEN - pm-agent`.",
    );
  },
};
