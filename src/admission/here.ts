/** Lists of the operator's that name people. */
export interface PeopleLists {
  /** DELEGATE_ALLOW */
  readonly delegateAllow: readonly string[];
  /** COMMAND_ALLOW */
  readonly commandAllow: readonly string[];
}

/**
 * Those words of a list that mean people on one forge, without its host. A word without a host counts only where there
 * is one forge: on another one, anybody may have that name.
 * @param words `login`, `organisation`, `organisation/team`, each also with `host[:port]/` before it; lower case
 * @param instances host[:port] of all forges that are configured
 */
export function wordsHere(
  words: readonly string[],
  instance: string,
  instances: readonly string[],
): readonly string[] {
  return words.flatMap((word) => {
    const host = hostIn(word, instances);
    if (host === undefined) return instances.length === 1 ? [word] : [];
    return host === instance ? [word.slice(host.length + 1)] : [];
  });
}

/** What the operator should know of words that count nowhere, since it is not known on which forge they do. */
export function warningsOfBare(
  { delegateAllow, commandAllow }: PeopleLists,
  instances: readonly string[],
): readonly string[] {
  if (instances.length < 2) return [];
  const lists = [
    ["DELEGATE_ALLOW", delegateAllow],
    ["COMMAND_ALLOW", commandAllow],
  ] as const;
  return lists.flatMap(([name, words]) => {
    const bare = words.filter((word) => hostIn(word, instances) === undefined);
    if (bare.length === 0) return [];
    const [host = ""] = instances;
    return [
      `${name}: ${bare.join(", ")} counts nowhere, since ${instances.length} forges are configured. Write the forge's host before it, such as ${host}/${bare[0] ?? ""}.`,
    ];
  });
}

/** An organisation's name may have a dot as well: with one it is taken for a host. */
function hostIn(word: string, instances: readonly string[]): string | undefined {
  const [first = "", ...rest] = word.split("/");
  if (rest.length === 0) return undefined;
  return rest.length > 1 || /[.:]/.test(first) || instances.includes(first) ? first : undefined;
}
