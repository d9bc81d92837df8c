import { KugetsuError } from "../../kugetsu/errors.ts";
import { understood } from "../gitea/call.ts";
import type { Access } from "./access.ts";
import { readBot } from "./answers.ts";
import { call } from "./call.ts";
import { clientClass, type ClientOptions } from "./client.ts";

const NO_TOKEN =
  "The token is too long, or holds white space (perhaps a line break at its end) or characters that no token has.";

/** The bot as an account with a token, classic or fine-grained. @throws KugetsuError `invalid` without one */
export function tokenAccess(token: string, options: ClientOptions): Access {
  if (!/^[\x21-\x7e]{1,1000}$/.test(token)) {
    throw new KugetsuError("invalid", token.trim() === "" ? "There is no token." : NO_TOKEN, {
      hint: "A token is one word: see that no blank and no line break came along when it was copied.",
    });
  }
  const Client = clientClass(options);
  const client = new Client({ auth: token });
  let username = "x-access-token";
  const self = async () => {
    const what = "ask whose token this is";
    const { data } = await call(what, () => client.rest.users.getAuthenticated());
    const bot = understood(what, readBot(data, options.address.url));
    username = bot.login;
    return bot;
  };
  return {
    ask: (_, ask) => ask(client.rest),
    credentials: async () => ({ username, password: token }),
    self,
    async ping() {
      await self();
    },
  };
}
