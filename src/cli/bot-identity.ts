import type { WorkConfig } from "../config.ts";
import { createGitea } from "../forge/gitea.ts";
import { type Identity, NOBODY } from "../kugetsu/git/place.ts";
import type { Io } from "./command.ts";

/** In whose name agents commit: the bot's account, where its forge is known and answers. */
export async function botIdentity(
  { gitea, secrets }: Pick<WorkConfig, "gitea" | "secrets">,
  io: Pick<Io, "stderr">,
): Promise<Identity> {
  if (gitea === undefined || secrets.giteaToken === undefined) return NOBODY;
  try {
    const { login, email } = await createGitea({
      url: gitea.url,
      token: secrets.giteaToken,
    }).self();
    return { name: login, email };
  } catch {
    io.stderr.write("kugetsu: The forge does not name the bot's account: commits are kugetsu's.\n");
    return NOBODY;
  }
}
