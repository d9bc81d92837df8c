import { KugetsuError } from "../kugetsu/errors.ts";

/** What the forge does not have (any more) is none. */
export async function ifThere<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof KugetsuError && error.code === "not_found") return undefined;
    throw error;
  }
}
