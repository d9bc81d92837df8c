/**
 * The address for people: what the forge calls itself (its ROOT_URL), since the configured URL may be an internal one.
 * It is only ever shown, never fetched.
 */
export function webUrl(said: unknown, rebuilt: string): string {
  if (typeof said !== "string" || said.length > 2000 || !URL.canParse(said)) return rebuilt;
  const { protocol, username, password, href } = new URL(said);
  const plain =
    /^https?:$/.test(protocol) && username + password === "" && !/[()<>"'`\\]/.test(href);
  return plain ? href : rebuilt;
}
