import type { components } from "@octokit/openapi-types";

/** The objects of GitHub's API and deliveries, as its published description has them. */
export type Schemas = components["schemas"];
