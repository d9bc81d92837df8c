/**
 * Puts text of other people between two lines that carry a random token, so that nothing in it can pretend to stand
 * outside. The token, should it occur in the text, is broken up.
 * @param title what it is and who wrote it, on one line
 */
export function fenced(token: string, title: string, text: string): string {
  return `<<<${token} ${withoutToken(token, title)}\n${withoutToken(token, text)}\n${token}>>>`;
}

function withoutToken(token: string, text: string): string {
  if (token === "") return text;
  const pattern = new RegExp(token.replaceAll(/[^A-Za-z0-9]/g, String.raw`\$&`), "gi");
  return text.replaceAll(pattern, (found) => `${found.slice(0, 2)} ${found.slice(2)}`);
}
