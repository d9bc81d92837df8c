/** The secrets that the mask hides. */
interface KnownSecrets {
  /** It is hidden as long as this process lives. */
  readonly learn: (secret: string) => void;
  /** A token that ends within hours; only the newest are hidden. */
  readonly learnToken: (token: string) => void;
  readonly all: () => readonly string[];
}

/** Each costs the mask some time at every text: a token that has ended need not. */
const MAX_TOKENS = 64;

/** @param own those that are known from the start */
export function createKnownSecrets(own: Iterable<string>): KnownSecrets {
  const secrets = new Set(own);
  const tokens = new Set<string>();
  return {
    learn: (secret) => {
      secrets.add(secret);
    },
    learnToken: (token) => {
      tokens.delete(token);
      tokens.add(token);
      const [oldest] = tokens;
      if (tokens.size > MAX_TOKENS && oldest !== undefined) tokens.delete(oldest);
    },
    all: () => [...secrets, ...tokens],
  };
}
