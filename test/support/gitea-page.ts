/** Somebody who is signed in at the pages of a Gitea, for the few acts that its API has not got. */
export interface GiteaPage {
  /** Sends a form. @throws Error when the server does not take it */
  send(path: string, form: Readonly<Record<string, string>>): Promise<void>;
}

export async function openPage(url: string, login: string, password: string): Promise<GiteaPage> {
  const cookies = new Map<string, string>();
  const ask = async (path: string, form?: Readonly<Record<string, string>>) => {
    const response = await fetch(`${url}${path}`, {
      redirect: "manual",
      headers: { cookie: [...cookies].map((cookie) => cookie.join("=")).join("; ") },
      ...(form === undefined ? {} : { method: "POST", body: new URLSearchParams(form) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [name = "", value = ""] = line.split(";", 1)[0]?.split(/=(.*)/s) ?? [];
      cookies.set(name, value);
    }
    return response;
  };
  // Newer servers have none.
  const token = async (path: string): Promise<Readonly<Record<string, string>>> => {
    const found = /name="_csrf" value="([^"]+)"/.exec(await (await ask(path)).text());
    return found?.[1] === undefined ? {} : { _csrf: found[1] };
  };
  const signedIn = await ask("/user/login", {
    ...(await token("/user/login")),
    user_name: login,
    password,
  });
  if (signedIn.status >= 400 || signedIn.status === 200)
    throw new Error(`${login} cannot sign in at ${url}: ${signedIn.status}`);
  return {
    async send(path, form) {
      const response = await ask(path, { ...(await token("/user/settings")), ...form });
      if (response.status >= 400) throw new Error(`POST ${path}: ${response.status}`);
    },
  };
}
