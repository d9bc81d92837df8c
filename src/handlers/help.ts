import { didYouMean, helpText } from "../reply.ts";
import { suggestVerb } from "../command.ts";
import type { Handler } from "./handler.ts";

/** Says what can be written, also after a word that is no verb. */
export const help: Handler = async ({ job, settings }) => {
  const words =
    job.verb === undefined && job.word !== ""
      ? didYouMean(job.word, suggestVerb(job.word))
      : helpText({ version: settings.version });
  return { state: "done", words };
};
