import { mkdir, rename, writeFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { BOXED_ID, type Account } from "./arguments.ts";

const PASSWD = `root:x:0:0:root:/:/usr/sbin/nologin
agent:x:${BOXED_ID}:${BOXED_ID}:kugetsu's agent:/nonexistent:/bin/bash
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
`;
const GROUP = `root:x:0:\nagent:x:${BOXED_ID}:\nnogroup:x:65534:\n`;

/**
 * Writes the files by which the box's account has a name: programs ask for it, and the machine's own list of people
 * is none of an agent's business.
 */
export async function writeAccount(directory: string): Promise<Account> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return {
    passwd: await put(directory, "passwd", PASSWD),
    group: await put(directory, "group", GROUP),
  };
}

/** Another process on the same home may start a box right now: it never sees half a file. */
async function put(directory: string, name: string, text: string): Promise<string> {
  const path = join(directory, name);
  const fresh = `${path}.${randomUUID()}`;
  await writeFile(fresh, text, { mode: 0o444, flag: "wx" });
  await rename(fresh, path);
  return path;
}
