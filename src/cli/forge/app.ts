import { type Io, UsageError } from "../command.ts";

export async function addApp(_address: string, _options: unknown, _io: Io): Promise<void> {
  throw new UsageError("Not yet.");
}
