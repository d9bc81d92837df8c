import type { OrderNews } from "./follow.ts";
import { showEntry } from "./show.ts";

/**
 * Shows a turn as it goes. Words are shown when something follows them: the last ones are the result, which is
 * printed for itself. `debug` shows everything at once.
 */
export function createView(
  write: (text: string) => void,
  { debug }: { readonly debug: boolean },
): (news: OrderNews) => void {
  let words = "";
  return (news) => {
    if (news.kind === "waits") {
      write(`kugetsu: It waits: ${news.why}.\n`);
      return;
    }
    const text = showEntry(news.entry, { debug });
    if (news.entry.kind === "words" && !debug) {
      words += text;
      return;
    }
    if (news.entry.kind === "tool" || news.entry.kind === "begin") {
      if (words !== "") write(words);
      words = "";
    }
    if (text !== "") write(text);
  };
}
