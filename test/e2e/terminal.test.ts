import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { bash, say, script, type Player } from "../../src/demo/model/script.ts";
import { openDatabase } from "../../src/kugetsu/db/database.ts";
import { createSessionStore } from "../../src/kugetsu/db/sessions.ts";
import { DATABASE } from "../../src/kugetsu/home.ts";
import { printRef } from "../../src/kugetsu/ref.ts";
import { NO_LONG } from "../support/long.ts";
import { NO_SANDBOX } from "../support/sandbox.ts";
import { NO_TMUX, openTerminal } from "../support/terminal.ts";
import { openWorld, REPOSITORY, type World } from "../support/world.ts";

const CLI = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));
const EMPTY_INPUT = /Build · m/;
/** What an agent does to have the person's shell run something once opencode is left (TIOCSTI). */
const TYPE = `perl -e 'for (glob("/dev/console /dev/tty /proc/[0-9]*/fd/0")) { open(T, "+<", $_) && ioctl(T, 0x5412, my $key = "x") && print "typed on $_" }'`;

const WHY_NOT = NO_TMUX ?? NO_LONG;

describe.skipIf(WHY_NOT !== undefined)(
  `a person in a terminal${WHY_NOT === undefined ? "" : `, skipped: ${WHY_NOT}`}`,
  () => {
    test("tells the base session and the PM agent what they are to know, and works in an issue's session", async () => {
      await using world = await openWorld();
      const { model, forge } = world;
      model.play(echo);

      // The base session, in a window whose size changes.
      await using init = await open(world, ["init"]);
      await init.until(EMPTY_INPUT);
      init.resize(60, 20);
      // Its version stands at the right edge, which it first has to hear of.
      await init.until(/\d+\.\d+\.\d+ *$/m);
      init.resize(100, 30);
      init.type("Remember pineapples");
      await init.until(/Heard: Remember pineapples/);
      // Suspended, it could not go on: the key does nothing.
      init.type("", "C-z");
      init.type("", "C-d");
      // The PM agent knows it.
      await init.until(/agents\/pm-agent\/work/);
      await init.until(/Heard: Remember pineapples/);
      init.type("Report weekly");
      await init.until(/Heard: Report weekly/);
      init.type("/exit", "");
      await init.until(/\/exit +Exit the app/);
      init.type("", "Enter");
      const made = await init.ended();
      expect(made.exitCode).toBe(0);
      const [, base, pmAgent] = /^base (ses_\w+)\npm-agent (ses_\w+)$/m.exec(made.screen) ?? [];
      expect(base).not.toBe(pmAgent);
      expect(await sessionIds(world)).toEqual({ base, "pm-agent": pmAgent });

      // Every issue's session begins with it.
      model.play(script([bash("echo 1 > agent.txt; git add .; git commit -qm Agent"), say("Ok.")]));
      await world.report(world.say("/kugetsu fix"));
      expect(model.requests.at(-1)?.ask.text).toContain("Remember pineapples");
      expect(model.requests.at(-1)?.ask.text).not.toContain("Report weekly");

      // While a person is in the issue's session, an order waits; then it goes on with what was done there.
      const ref = printRef({
        instance: new URL(forge.url).host,
        owner: "olivia",
        repo: "shop",
        identifier: String(world.issue),
      });
      await using visit = await open(world, ["attach", ref]);
      await visit.until(/Ok\./);
      const byHand = `echo 2 > hand.txt; git add .; git commit -qm Hand; echo 3 > left.txt; env; ${TYPE}`;
      model.play(script([bash(byHand), say("By hand.")]));
      visit.type("Do it");
      await visit.until(/By hand\./);
      const told = model.requests.at(-1)?.ask.results.join("\n") ?? "";
      expect(told).not.toContain(world.token);
      // Without a box nothing keeps it from that.
      expect(NO_SANDBOX === undefined ? told : "").not.toContain("typed");
      const order = world.say("/kugetsu continue with it");
      await forge.until(() => world.botComments().some(({ id }) => id > order));
      const asked = model.requests.length;
      model.play(script([bash("cat hand.txt left.txt; git log --format=%s"), say("Seen.")]));
      visit.type("", "C-d");
      expect(await visit.ended()).toMatchObject({ exitCode: 0 });
      expect(model.requests.length).toBe(asked);
      await world.report(order);
      expect(model.requests.at(-1)?.ask.results[0]).toMatch(/^2\n3\n/);
      for (const [name, text] of Object.entries({ agent: "1\n", hand: "2\n", left: "3\n" }))
        expect(await forge.file(REPOSITORY, "fix/issue-1", `${name}.txt`)).toBe(text);
    });
  },
);

const echo: Player = ({ lastUser }) => say(`Heard: ${lastUser.split("\n")[0]}`);

async function sessionIds({ home }: World) {
  using database = openDatabase(join(home, DATABASE));
  const sessions = await createSessionStore(database).list();
  return Object.fromEntries(sessions.map(({ ref, opencodeSessionId: id }) => [ref, id]));
}

function open(world: World, args: readonly string[]) {
  return openTerminal([process.execPath, CLI, ...args], {
    env: world.env,
    cwd: world.env["HOME"] ?? "/",
  });
}
