import type { Label, Repository } from "./records.ts";
import type { ForgeState } from "./state.ts";

export function findLabel(repository: Repository, name: string): Label | undefined {
  return repository.labels.find((label) => label.name.toLowerCase() === name.toLowerCase());
}

/** The label of that name, made when it is missing. */
export function labelNamed(state: ForgeState, repository: Repository, name: string): Label {
  const existing = findLabel(repository, name);
  if (existing !== undefined) return existing;
  const label = { id: state.nextId("label"), name, color: "ededed", description: "" };
  repository.labels.push(label);
  state.changed();
  return label;
}
