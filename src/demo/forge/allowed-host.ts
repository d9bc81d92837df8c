import { lookup } from "node:dns/promises";
import { BlockList } from "node:net";

/** Which hosts deliveries are sent to: Gitea's ALLOWED_HOST_LIST, whose default is `external`. */
export type AllowedHosts = "*" | "external";

const OWN = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
] as const) {
  OWN.addSubnet(network, prefix, "ipv4");
}
for (const [network, prefix] of [
  ["::", 127],
  ["fc00::", 7],
  ["fe80::", 10],
] as const) {
  OWN.addSubnet(network, prefix, "ipv6");
}

/** Whether a delivery to that address leaves the forge. A name is looked up, as what it means is what counts. */
export async function isAllowed(url: string, hosts: AllowedHosts): Promise<boolean> {
  if (hosts === "*") return true;
  const { hostname } = new URL(url);
  const found = await lookup(hostname.replace(/^\[|\]$/g, ""), { all: true }).catch(() => []);
  return (
    found.length > 0 &&
    found.every(({ address, family }) => !OWN.check(address, family === 6 ? "ipv6" : "ipv4"))
  );
}
