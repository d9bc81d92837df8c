import { randomUUID } from "node:crypto";
import { type AllowedHosts, isAllowed } from "./allowed-host.ts";
import type { Hook } from "./records.ts";
import type { RecordedDelivery } from "./sandbox.ts";
import type { ForgeState } from "./state.ts";

/** How one forge writes its deliveries. */
export interface DeliveryStyle {
  readonly json: (payload: unknown) => string;
  readonly headers: (hook: Hook, id: string, sending: Sending) => Record<string, string>;
  /** A delivery that takes longer is lost. */
  readonly timeoutMs: number;
}

export interface Sending {
  /** What tells deliveries of this forge apart. */
  readonly type: string;
  readonly text: string;
  readonly about?: About | undefined;
  readonly id?: string | undefined;
  /** Another secret than the hook's. */
  readonly secret?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What a delivery is about, as far as GitHub's lists of deliveries tell. */
export interface About {
  readonly installationId: number | undefined;
  readonly repositoryId: number | undefined;
}

/** A delivery in the lists of its hook. */
export interface ListedDelivery {
  /** Counts all deliveries of the forge; a repeated one has a number of its own. */
  readonly number: number;
  readonly record: RecordedDelivery;
  readonly hook: Hook;
  readonly sending: Sending;
  readonly isRepeated: boolean;
  /** Seconds, as far as it has gone. */
  readonly duration: number;
}

/** Sends deliveries: one after another for each hook, each at most once. */
export class Deliveries implements AsyncDisposable {
  readonly records: RecordedDelivery[] = [];
  readonly #state: ForgeState;
  readonly #hosts: AllowedHosts;
  readonly #queues = new Map<number, Promise<void>>();
  readonly #style: DeliveryStyle;
  readonly #listed: ListedDelivery[] = [];
  readonly #closing = new AbortController();

  constructor(state: ForgeState, style: DeliveryStyle, hosts: AllowedHosts = "*") {
    this.#state = state;
    this.#style = style;
    this.#hosts = hosts;
  }

  /** Of one hook, oldest first. */
  of(hook: Hook): ListedDelivery[] {
    return this.#listed.filter((one) => one.hook === hook);
  }

  /** What is sent is fixed now, though it may be sent later. */
  queue(hook: Hook, type: string, payload: unknown, about?: About): void {
    const text = this.#style.json(payload);
    void this.#inTurn(hook, async () => this.#send(hook, { type, text, about }));
  }

  /** Sends a hand-made or repeated delivery after those that wait already. */
  async send(hook: Hook, sending: Sending): Promise<RecordedDelivery> {
    return this.#inTurn(hook, async () => this.#send(hook, sending));
  }

  /** Sends the same text to the same hook again: with its own id, or a new one as a replay from Gitea's page has. */
  async repeat(record: RecordedDelivery, newId: boolean): Promise<RecordedDelivery> {
    const sent = this.#listed.find((one) => one.record === record);
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
      headers: this.#style.headers(hook, id, sending),
      at: this.#state.now(),
    };
    if (this.#closing.signal.aborted) return record;
    const listed = {
      number: this.#listed.length + 1,
      record,
      hook,
      sending,
      isRepeated: this.records.some((one) => one.id === id),
      duration: 0,
    };
    this.records.push(record);
    this.#listed.push(listed);
    this.#state.changed();
    const started = performance.now();
    // Whoever waits for a delivery to a host that is not allowed is told nothing.
    record.status = (await isAllowed(hook.url, this.#hosts))
      ? await this.#post(hook.url, record.headers, record.body)
      : 0;
    listed.duration = Math.round(performance.now() - started) / 1000;
    this.#state.changed();
    return record;
  }

  async #post(url: string, headers: Record<string, string>, body: string): Promise<number> {
    try {
      const signal = AbortSignal.any([
        this.#closing.signal,
        AbortSignal.timeout(this.#style.timeoutMs),
      ]);
      const response = await fetch(url, { method: "POST", headers, body, signal });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return 0;
    }
  }
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
