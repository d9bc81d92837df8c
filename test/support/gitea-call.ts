/** Asks a Gitea in somebody's name. `undefined` for 404 where that is expected. */
export type GiteaCall = <T = unknown>(
  method: string,
  path: string,
  options?: {
    readonly token?: string;
    /** Instead of a token. */
    readonly password?: readonly [login: string, password: string];
    readonly body?: unknown;
    /** Statuses that bring `undefined` instead of an exception. */
    readonly expected?: readonly number[];
  },
) => Promise<T | undefined>;

/** Calls of one server's API; the path stands behind `/api/v1`. */
export function createGiteaCall(url: string, defaultToken: string): GiteaCall {
  return async <T>(
    method: string,
    path: string,
    { token = defaultToken, password, body, expected = [] }: Parameters<GiteaCall>[2] = {},
  ) => {
    const authorization =
      password === undefined
        ? `token ${token}`
        : `Basic ${Buffer.from(password.join(":")).toString("base64")}`;
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        authorization,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    if (expected.includes(response.status)) return undefined;
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? undefined : (JSON.parse(text) as T);
  };
}
