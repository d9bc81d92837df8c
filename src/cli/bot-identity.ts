import { createGitea } from "../forge/gitea.ts";
import type { Identity } from "../kugetsu/git/place.ts";
import type { Io } from "./command.ts";

/** In whose name agents commit: the bot's account, where its forge is known and answers. */
export async function botIdentity(io: Pick<Io, "env" | "stderr">): Promise<Identity> {
  const { GITEA_URL: url, GITEA_TOKEN: token } = io.env;
  if (!url || !token) return NOBODY;
  try {
    const { login, email } = await createGitea({ url, token }).self();
    return { name: login, email };
  } catch {
    io.stderr.write("kugetsu: The forge does not name the bot's account: commits are kugetsu's.\n");
    return NOBODY;
  }
}

const NOBODY = { name: "kugetsu", email: "kugetsu@localhost" };
