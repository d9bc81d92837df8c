import type { Delivery } from "../../jobs/accept.ts";
import type { NewJob } from "../../jobs/job.ts";

/** What an event asks for; `ignored`: why it asks for nothing. */
export type Asked =
  | { readonly job: NewJob; readonly look?: Look }
  | { readonly look: Look }
  | { readonly ignored: string };

type Look = NonNullable<Delivery["look"]>;
