import { createHmac, randomUUID } from "node:crypto";
import { type AllowedHosts, isAllowed } from "./allowed-host.ts";
import { eventName } from "./events.ts";
import { goJson } from "./json/go.ts";
import type { Hook } from "./records.ts";
import type { RecordedDelivery } from "./sandbox.ts";
import type { ForgeState } from "./state.ts";

// Gitea's default; a delivery that takes longer is lost.
const TIMEOUT_MS = 5000;

interface Sending {
  readonly type: string;
  readonly text: string;
  readonly id?: string | undefined;
  /** Another secret than the hook's. */
  readonly secret?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Sends deliveries as Gitea does: one after another for each hook, each at most once. */
export class Deliveries implements AsyncDisposable {
  readonly records: RecordedDelivery[] = [];
  readonly #state: ForgeState;
  readonly #hosts: AllowedHosts;
  readonly #queues = new Map<number, Promise<void>>();
  readonly #sent = new WeakMap<RecordedDelivery, { hook: Hook; sending: Sending }>();
  readonly #closing = new AbortController();

  constructor(state: ForgeState, hosts: AllowedHosts = "*") {
    this.#state = state;
    this.#hosts = hosts;
  }

  /** What is sent is fixed now, though it may be sent later. */
  queue(hook: Hook, type: string, payload: unknown): void {
    const text = goJson(payload, 2);
    void this.#inTurn(hook, async () => this.#send(hook, { type, text }));
  }

  /** Sends a hand-made or repeated delivery after those that wait already. */
  async send(hook: Hook, sending: Sending): Promise<RecordedDelivery> {
    return this.#inTurn(hook, async () => this.#send(hook, sending));
  }

  /** Sends the same text to the same hook again: with its own id, or a new one as a replay from Gitea's page has. */
  async repeat(record: RecordedDelivery, newId: boolean): Promise<RecordedDelivery> {
    const sent = this.#sent.get(record);
    if (sent === undefined) throw new Error(`Delivery ${record.id} is not one of this forge.`);
    return this.send(sent.hook, { ...sent.sending, id: newId ? undefined : record.id });
  }

  /** Resolves when nothing waits or is under way. */
  async idle(): Promise<void> {
    let waitedFor: Promise<void>[];
    do {
      waitedFor = [...this.#queues.values()];
      await Promise.all(waitedFor);
    } while ([...this.#queues.values()].some((queue) => !waitedFor.includes(queue)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.idle();
  }

  async #inTurn<T>(hook: Hook, act: () => Promise<T>): Promise<T> {
    const mine = (this.#queues.get(hook.id) ?? Promise.resolve()).then(act);
    this.#queues.set(
      hook.id,
      mine.then(
        () => undefined,
        () => undefined,
      ),
    );
    return mine;
  }

  async #send(hook: Hook, sending: Sending): Promise<RecordedDelivery> {
    const id = sending.id ?? randomUUID();
    const record = {
      id,
      hookId: hook.id,
      event: sending.type,
      action: actionOf(sending.text),
      status: undefined as number | undefined,
      body: hook.contentType === "form" ? `payload=${encodeForm(sending.text)}` : sending.text,
      headers: headersOf(hook, id, sending),
      at: this.#state.now(),
    };
    if (this.#closing.signal.aborted) return record;
    this.records.push(record);
    this.#sent.set(record, { hook, sending });
    this.#state.changed();
    // Whoever waits for a delivery to a host that is not allowed is told nothing.
    record.status = (await isAllowed(hook.url, this.#hosts))
      ? await this.#post(hook.url, record.headers, record.body)
      : 0;
    this.#state.changed();
    return record;
  }

  async #post(url: string, headers: Record<string, string>, body: string): Promise<number> {
    try {
      const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(TIMEOUT_MS)]);
      const response = await fetch(url, { method: "POST", headers, body, signal });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return 0;
    }
  }
}

function headersOf(hook: Hook, id: string, sending: Sending): Record<string, string> {
  const secret = sending.secret ?? hook.secret;
  const sign = (algorithm: string) =>
    secret === "" ? "" : createHmac(algorithm, secret).update(sending.text).digest("hex");
  const sha256 = sign("sha256");
  const event = eventName(sending.type);
  return {
    "User-Agent": "Go-http-client/1.1",
    "Content-Type":
      hook.contentType === "form" ? "application/x-www-form-urlencoded" : "application/json",
    "X-GitHub-Delivery": id,
    "X-GitHub-Event": event,
    "X-GitHub-Event-Type": sending.type,
    "X-GitHub-Hook-Installation-Target-Type": hook.target,
    "X-Gitea-Delivery": id,
    "X-Gitea-Event": event,
    "X-Gitea-Event-Type": sending.type,
    "X-Gitea-Hook-Installation-Target-Type": hook.target,
    "X-Gitea-Signature": sha256,
    "X-Gogs-Delivery": id,
    "X-Gogs-Event": event,
    "X-Gogs-Event-Type": sending.type,
    "X-Gogs-Signature": sha256,
    "X-Hub-Signature": `sha1=${sign("sha1")}`,
    "X-Hub-Signature-256": `sha256=${sha256}`,
    ...(hook.authorization !== "" && { Authorization: hook.authorization }),
    ...sending.headers,
  };
}

function encodeForm(text: string): string {
  return new URLSearchParams({ payload: text }).toString().slice("payload=".length);
}

function actionOf(text: string): string | undefined {
  try {
    const { action } = JSON.parse(text) as { action?: unknown };
    return typeof action === "string" ? action : undefined;
  } catch {
    return undefined;
  }
}
