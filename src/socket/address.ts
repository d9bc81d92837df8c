import { closeSync, constants, openSync } from "node:fs";
import { basename, dirname } from "node:path";

/** A path that a Unix socket can be bound or reached at. */
export interface SocketAddress extends Disposable {
  readonly path: string;
}

/** `sun_path` holds 108 bytes with its end; a home may lie deeper. */
const MOST_BYTES = 107;

/** The address of a socket file, however long its path is: a deep one is reached through its open directory. */
export function socketAddress(file: string): SocketAddress {
  if (Buffer.byteLength(file) <= MOST_BYTES || process.platform !== "linux") {
    return { path: file, [Symbol.dispose]: () => undefined };
  }
  const directory = openSync(dirname(file), constants.O_RDONLY | constants.O_DIRECTORY);
  return {
    path: `/proc/self/fd/${directory}/${basename(file)}`,
    [Symbol.dispose]: () => {
      closeSync(directory);
    },
  };
}
