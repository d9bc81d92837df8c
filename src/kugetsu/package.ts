import { findPackageJSON } from "node:module";
import { dirname } from "node:path";
import { KugetsuError } from "./errors.ts";

/**
 * Absolute path of the directory in which kugetsu itself is installed, a checkout or a package: found by its
 * package.json, since a bundled module lies elsewhere than its source.
 *
 * @throws KugetsuError `internal` when there is none
 */
export function findPackage(): string {
  const file = findPackageJSON(import.meta.url);
  if (file === undefined)
    throw new KugetsuError("internal", "The package.json of kugetsu is missing.");
  return dirname(file);
}
