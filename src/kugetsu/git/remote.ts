import { KugetsuError } from "../errors.ts";

/**
 * What a failed fetch or push means. git tells it in words only, which is why every process runs with LC_ALL=C.
 *
 * @returns `unavailable` (also for refused credentials, `needsOperator`), `forbidden`, `not_found`, `unavailable` or `failed`
 */
export function remoteFailure(stderr: string): KugetsuError {
  const cause = new Error(clean(stderr, 2000));
  if (
    /Authentication failed|could not read (?:Username|Password)|returned error: 401/.test(stderr)
  ) {
    // As of the API: a token that is being changed is right again in a while.
    return new KugetsuError("unavailable", "The forge refuses the credentials for git (401).", {
      cause,
      retryAfterMs: 60_000,
      needsOperator: true,
      hint: "Check that the token is valid and may read and write the repository.",
    });
  }
  if (/returned error: 403/.test(stderr)) {
    return new KugetsuError(
      "forbidden",
      "The forge does not let this account use the repository (403).",
      {
        cause,
        hint: "Give the bot's account write access to the repository.",
      },
    );
  }
  if (/Permission denied \(/.test(stderr)) {
    return new KugetsuError("forbidden", "The host refuses this user's ssh key.", {
      cause,
      needsOperator: true,
      hint: "Try `ssh -T git@HOST` as this user: the key must work without a question, in the ssh agent or without a passphrase.",
    });
  }
  if (/Host key verification failed/.test(stderr)) {
    return new KugetsuError("failed", "ssh does not know the host's key.", {
      cause,
      needsOperator: true,
      hint: "Connect once with `ssh -T git@HOST` as this user, and accept the key if it is the right one.",
    });
  }
  if (/dubious ownership/.test(stderr)) {
    return new KugetsuError("failed", "Another user owns the repository's directory.", {
      cause,
      needsOperator: true,
      hint: "git reads only repositories of the user that it runs as.",
    });
  }
  if (/\bssh: (?:command )?not found/.test(stderr)) {
    return new KugetsuError("failed", "There is no ssh on the PATH.", {
      cause,
      needsOperator: true,
      hint: "Install an OpenSSH client, or give the repository an https address.",
    });
  }
  if (
    /repository .* not found|returned error: 404|does not appear to be a git repository|does not exist/i.test(
      stderr,
    )
  ) {
    return new KugetsuError("not_found", "There is no such repository for git.", { cause });
  }
  if (
    /fsck error|unpack-objects failed|index-pack failed|No space left|bad object|Permission denied/.test(
      stderr,
    )
  ) {
    return new KugetsuError("failed", "The repository could not be taken in.", { cause });
  }
  if (/transport '.*' not allowed/.test(stderr)) {
    return new KugetsuError("invalid", "git may not use this kind of address.", { cause });
  }
  return new KugetsuError("unavailable", "The forge cannot be reached by git.", { cause });
}

/** Another's words, harmless and short: no control characters, nothing of a secret. */
export function clean(words: string, length: number, secrets: readonly string[] = []): string {
  let text = words;
  for (const secret of secrets) {
    for (const form of [secret, encodeURIComponent(secret)])
      if (form !== "") text = text.replaceAll(form, "***");
  }
  return (
    text
      // Terminal sequences first, as a whole; then single control, direction and zero-width characters.
      // oxlint-disable-next-line no-control-regex
      .replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, "")
      .replaceAll(/[\p{Cc}\p{Cf}]+/gu, (found) => (/[\n\r\t]/.test(found) ? " " : ""))
      .replaceAll(/ {2,}/g, " ")
      .trim()
      .slice(0, length)
      .toWellFormed()
  );
}
