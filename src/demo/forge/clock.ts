/** A time as Gitea writes it: whole seconds, UTC. */
export function timestamp(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

export function timestampOrNull(at: number | undefined): string | null {
  return at === undefined ? null : timestamp(at);
}
