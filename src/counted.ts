/** `1 order`, `2 orders`. */
export function counted(things: readonly unknown[], one: string, more: string): string {
  return `${things.length} ${things.length === 1 ? one : more}`;
}
