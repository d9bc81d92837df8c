import type { Find, Scene } from "./orphan.ts";

/** Claims of dead processes. What these left running ends with them. */
export function deadLeases({ dead, desk }: Scene): Find[] {
  return dead.map((lease) => ({
    orphans: [{ kind: "lease", ref: lease.resource }],
    remove: async () => {
      await desk.endLeftovers([lease]);
      return (await desk.leases.reconcile([lease])).length === 0 ? undefined : [];
    },
  }));
}
