const NAME = /KEY|TOKEN|SECRET|PASS|CREDENTIAL|AUTH(?!OR)/i;

/** The secrets among an agent's variables: values under names that sound like one, and passwords in addresses. */
export function secretsIn(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    const password = passwordIn(value);
    return NAME.test(name) ? [value] : password === "" ? [] : [password];
  });
}

/** The password of an address such as `postgres://user:password@host`, as it stands there. */
function passwordIn(value: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/:@\s]*:([^@/\s]+)@/i.exec(value)?.[1] ?? "";
}
