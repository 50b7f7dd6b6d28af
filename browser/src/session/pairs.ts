/**
 * A link without WebSocket: messages in the bodies of ordinary requests, one pair of them at a time. Whatever goes
 * wrong ends it, and resumption does the rest (docs/protocols/link.md, "Without WebSocket").
 */

import { OPEN, type Wire } from "./wire";

const MESSAGE_MOST = 131_072;
const BODY_MOST = 262_144;
const HEAD = 4;
const CLOSED = 3; // WebSocket.CLOSED
const NAME = /^[\w-]{1,64}$/;

export type Ask = (address: string, question: RequestInit) => Promise<Response>;

/** A body of whole messages: `length: uint32 big-endian · message`, repeated. */
export function packed(messages: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(messages.reduce((size, each) => size + HEAD + each.length, 0));
  const view = new DataView(body.buffer);
  let at = 0;
  for (const message of messages) {
    view.setUint32(at, message.length);
    body.set(message, at + HEAD);
    at += HEAD + message.length;
  }
  return body;
}

/** The messages of a body; undefined when it is not made of whole ones. */
export function messagesIn(body: Uint8Array): Uint8Array[] | undefined {
  const found: Uint8Array[] = [];
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  let at = 0;
  while (at < body.length) {
    if (body.length - at < HEAD) return undefined;
    const length = view.getUint32(at);
    at += HEAD;
    if (length > MESSAGE_MOST || length > body.length - at) return undefined;
    found.push(body.slice(at, at + length));
    at += length;
  }
  return found;
}

export class PairWire implements Wire {
  readonly slow = true;
  readyState = 0;
  binaryType: BinaryType = "arraybuffer";
  onmessage: Wire["onmessage"] = null;
  onclose: Wire["onclose"] = null;
  private address = "";
  private waiting: Uint8Array[] = [];
  private posting = false;
  private sent = 0; // requests
  private readonly leaving = new AbortController();

  /** `refused` is called when a server that is there gives no connection. */
  constructor(
    private readonly path: string,
    private readonly refused: () => void = () => undefined,
    private readonly ask: Ask = (address, question) => fetch(address, question),
  ) {
    void this.work(async () => {
      await this.begin();
      await this.receive();
    });
  }

  send(message: Uint8Array): void {
    if (this.readyState !== OPEN) return;
    this.waiting.push(message);
    if (this.posting) return;
    this.posting = true;
    void this.work(() => this.transmit());
  }

  close(): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.waiting = [];
    this.leaving.abort();
    if (this.address === "") return;
    // The front need not find out by silence; `keepalive`: also while the page is being left.
    void this.ask(this.address, { method: "DELETE", keepalive: true }).catch(() => undefined);
  }

  /** Whatever breaks ends the connection; the other end is told, whoever holds this one hears of it. */
  private async work(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch {
      if (this.readyState === CLOSED) return;
      this.close();
      this.onclose?.();
    }
  }

  private async begin(): Promise<void> {
    const answer = await this.post(`${this.path}/poll`);
    const { id = "" } = answer.status === 201 ? ((await answer.json()) as { id?: string }) : {};
    if (!NAME.test(id)) {
      if (answer.status < 500) this.refused();
      throw new Error(`The server answered ${answer.status}.`);
    }
    this.address = `${this.path}/poll/${id}`;
    if (this.readyState !== CLOSED) this.readyState = OPEN;
  }

  /** The front holds each request until it has something to say. */
  private async receive(): Promise<void> {
    for (let number = 0; this.readyState === OPEN; number += 1) {
      const answer = await this.again(`${this.address}/next?n=${number}`);
      const length = Number(answer.headers.get("Content-Length") ?? 0);
      if (answer.status !== 200 || length > BODY_MOST) throw new Error("The server ended it.");
      const messages = messagesIn(new Uint8Array(await answer.arrayBuffer()));
      if (messages === undefined) throw new Error("A body does not hold whole messages.");
      for (const { buffer } of messages) {
        if (this.readyState !== OPEN) return;
        this.onmessage?.({ data: buffer as ArrayBuffer });
      }
    }
  }

  private async transmit(): Promise<void> {
    await Promise.resolve(); // what is sent in the same breath goes in the same body
    while (this.waiting.length > 0 && this.readyState === OPEN) {
      const number = this.sent;
      this.sent += 1;
      const answer = await this.again(`${this.address}?n=${number}`, packed(this.taken()));
      if (answer.status !== 204) throw new Error("The server ended it.");
    }
    this.posting = false;
  }

  private taken(): Uint8Array[] {
    let size = 0;
    const fits = this.waiting.findIndex((each) => {
      size += HEAD + each.length;
      return size > BODY_MOST;
    });
    return this.waiting.splice(0, fits < 0 ? this.waiting.length : Math.max(1, fits));
  }

  /** A request that a proxy lost is asked once more: the front knows its number. */
  private async again(address: string, body?: BodyInit): Promise<Response> {
    try {
      return await this.post(address, body);
    } catch (error) {
      if (this.readyState !== OPEN) throw error;
      return await this.post(address, body);
    }
  }

  /** Always POST: its Origin, which a page cannot choose, is what the front goes by. */
  private post(address: string, body?: BodyInit): Promise<Response> {
    return this.ask(address, {
      method: "POST",
      body: body ?? null,
      cache: "no-store",
      headers: body === undefined ? {} : { "Content-Type": "application/octet-stream" },
      signal: this.leaving.signal,
    });
  }
}
