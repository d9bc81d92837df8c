import { describe, expect, test } from "vitest";
import type { AgentProcess } from "../../../src/kugetsu/sandbox/processes.ts";
import { watchUse, type WatchOptions } from "../../../src/kugetsu/sandbox/watch.ts";

const GB = 1024 ** 3;
const one: AgentProcess = { pid: 2, group: 2, threads: 10, memoryBytes: GB };

function watch(
  options: Partial<WatchOptions> & {
    readonly list?: () => Promise<readonly AgentProcess[]>;
    readonly memory?: () => Promise<number>;
  },
  signal = new AbortController().signal,
): ReturnType<typeof watchUse> {
  return watchUse(
    {
      limits: { memoryBytes: 4 * GB, processes: 100 },
      processes: {
        list: options.list ?? (async () => [one]),
        memory: options.memory ?? (async () => 100 * GB),
      },
      freeDisk: async () => 10 * GB,
      leastDisk: GB,
      everyMs: 1,
      ...options,
    },
    signal,
  );
}

describe("watching an agent", () => {
  test("ends when all its processes together use too much memory", async () => {
    const looks = [[one], [one, one, one, one, one]];
    const list = async () => looks.shift() ?? [];
    expect(await watch({ list })).toEqual({
      limit: "memory",
      words: "It used more than 4 GB of memory.",
    });
  });

  test("goes on when most of the memory is shared between its processes", async () => {
    const looks = [[one, one, one, one, one]];
    const full = { freeDisk: async () => (looks.length > 0 ? 10 * GB : 0) };
    expect(
      await watch({
        ...full,
        list: async () => looks.shift() ?? [one],
        memory: async () => 2 * GB,
      }),
    ).toMatchObject({
      limit: "disk",
    });
  });

  test("ends when it stays at the limit on processes, not when it touches it", async () => {
    const many = Array.from({ length: 10 }, () => ({ ...one, memoryBytes: 0 }));
    let looks = 0;
    const list = async () => {
      looks++;
      return looks % 3 === 0 && looks < 10 ? [one] : many;
    };
    expect(await watch({ list })).toMatchObject({ limit: "processes" });
    expect(looks).toBeGreaterThan(10);
  });

  test("ends at once when nothing holds it below the limit on processes", async () => {
    const looks = [[one, { ...one, threads: 91 }], []];
    expect(await watch({ list: async () => looks.shift() ?? [] })).toEqual({
      limit: "processes",
      words: "It ran as many processes as it may: 100.",
    });
  });

  test("ends when the disk fills up, and not when it cannot be asked about", async () => {
    let looks = 0;
    const freeDisk = async () => {
      looks++;
      if (looks < 3) throw new Error("not now");
      return 300 * 1024 ** 2;
    };
    expect(await watch({ freeDisk })).toEqual({
      limit: "disk",
      words: "The server's disk is nearly full: 300 MB are left.",
    });
  });

  test("goes on until its turn is over", async () => {
    const over = new AbortController();
    const watching = watch({}, over.signal);
    over.abort();
    await expect(watching).rejects.toThrow("aborted");
  });
});
