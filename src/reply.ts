// Every text that the bot posts is built here: pure functions from facts to Markdown.
export { duration } from "./reply/amount.ts";
export { code } from "./reply/code.ts";
export { extraNote } from "./reply/extras.ts";
export { statusFinal, type FinalReport } from "./reply/final.ts";
export { didYouMean, helpText } from "./reply/help.ts";
export { logsCommand } from "./reply/logs-command.ts";
export { plain } from "./reply/plain.ts";
export { pullRequestBody, pullRequestTitle } from "./reply/pull-request.ts";
export { type Refusal, refusal } from "./reply/refusal.ts";
export {
  alreadyThere,
  statusEnded,
  statusForgeWaits,
  statusInterrupted,
  statusQueued,
  statusWorking,
  toldComment,
} from "./reply/status.ts";
export { stoppedWords, whoStopped } from "./reply/stopped.ts";
