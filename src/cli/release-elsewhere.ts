import { socketPath } from "../kugetsu/home.ts";
import { askSocket } from "../socket/request.ts";

/**
 * Lets the server that runs on this home, if one does, end the waiting agent of a session, whose directories somebody
 * else is about to use or to remove. A server that cannot be asked keeps nobody from that: the agent ends by itself.
 * @param home absolute path
 */
export async function releaseElsewhere(home: string, ref: string): Promise<void> {
  await askSocket(socketPath(home), "/release", { ref }).catch(() => undefined);
}
