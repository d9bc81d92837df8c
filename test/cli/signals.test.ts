import { expect, test, vi } from "vitest";
import { listenForSignals } from "../../src/cli/signals.ts";

function open() {
  let listener: ((signal: NodeJS.Signals) => void) | undefined;
  const exits: number[] = [];
  const signals = listenForSignals({
    onSignal(given) {
      listener = given;
      return () => {
        listener = undefined;
      };
    },
    exit: (code) => exits.push(code),
  });
  return { signals, exits, send: (signal: NodeJS.Signals) => listener?.(signal) };
}

test("the first signal asks for an orderly end, the second ends at once", async () => {
  const { signals, exits, send } = open();
  send("SIGTERM");
  await signals.first;
  expect(exits).toEqual([]);
  send("SIGTERM");
  expect(exits).toEqual([143]);
});

test("one Ctrl-C that arrives twice is one signal", async () => {
  const { signals, exits, send } = open();
  send("SIGINT");
  send("SIGINT");
  await signals.first;
  expect(exits).toEqual([]);
  await vi.waitFor(() => {
    send("SIGINT");
    expect(exits[0]).toBe(130);
  });
});

test("after the end nothing is listened to", () => {
  const { signals, exits, send } = open();
  signals.end();
  send("SIGTERM");
  send("SIGTERM");
  expect(exits).toEqual([]);
});
