import { bash, say, script, type Player } from "../../../src/demo/model/script.ts";

/** The agent adds a file of that name, commits it and says so. */
export function append(name: string): Player {
  return script([
    bash(`echo ${name} > ${name}.txt && git add . && git commit --quiet --message 'Add ${name}'`),
    say(`Added ${name}.`),
  ]);
}
