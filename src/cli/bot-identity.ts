import type { ForgeRegistry } from "../forges/registry.ts";
import { type Identity, NOBODY } from "../kugetsu/git/place.ts";
import type { Io } from "./command.ts";

/**
 * In whose name agents commit: the bot's account, where a forge is configured and answers.
 * @param instance host[:port] that it is about; of one that is not configured the first forge's account counts
 */
export async function botIdentity(
  forges: Pick<ForgeRegistry, "all" | "at">,
  instance: string | undefined,
  io: Pick<Io, "stderr">,
): Promise<Identity> {
  const [first] = forges.all();
  const configured = (instance === undefined ? undefined : forges.at(instance)) ?? first;
  if (configured === undefined) return NOBODY;
  try {
    const { login, email } = await configured.forge.self();
    return { name: login, email };
  } catch {
    io.stderr.write("kugetsu: The forge does not name the bot's account: commits are kugetsu's.\n");
    return NOBODY;
  }
}
