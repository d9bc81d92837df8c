import { missedCommands, watchedRepositories } from "./catch-up.ts";
import type { Check } from "./check.ts";
import { database } from "./database.ts";
import { envFiles, pmToken } from "./env-files.ts";
import { forge } from "./forge.ts";
import { disk, files, home } from "./home.ts";
import { model } from "./model.ts";
import { permissionToken } from "./permission-token.ts";
import { git, node, opencode, ripgrep, shellVersion } from "./programs.ts";
import {
  baseSession,
  failedJobs,
  heldWork,
  leases,
  messages,
  pause,
  refusedOrders,
  server,
} from "./queue.ts";
import { sandbox } from "./sandbox.ts";
import { settings } from "./settings.ts";
import { socket } from "./socket.ts";

/** Everything that is looked at, in the order in which it is told. */
export const CHECKS: readonly Check[] = [
  node,
  git,
  opencode,
  ripgrep,
  sandbox,
  shellVersion,
  settings,
  home,
  files,
  disk,
  database,
  envFiles,
  pmToken,
  model,
  baseSession,
  forge,
  permissionToken,
  server,
  socket,
  pause,
  leases,
  failedJobs,
  refusedOrders,
  messages,
  heldWork,
  watchedRepositories,
  missedCommands,
];
