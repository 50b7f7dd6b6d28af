/**
 * One channel of a session as its page keeps it: what was typed and not yet acknowledged, what has come,
 * the OPEN that asked for it. It outlives connections; SessionConnection carries it.
 */

import type { ChannelState, Json } from "../link/frames";
import { type Link, PRIORITY } from "../link/link";
import { Receiver, SendBuffer, type Source, type Unit } from "../link/streams";
import type { ChannelPlan, Envelope } from "./bootstrap";

const INPUT_MOST = 1_048_576; // typed ahead, at most
const BULK_KINDS: ReadonlySet<string> = new Set(["files", "tunnel"]);

export interface ChannelView {
  unit(unit: Unit, offset: number): void;
  /** The device opened the channel, or the front gave it back; `value` is OPENED's or empty. */
  opened(value: Json): void;
  refused(sentence: string): void;
  /** `code` is CLOSE's. */
  ended(sentence: string, code?: string): void;
  /** The device has accepted everything that was typed. */
  heard(): void;
  /** The device has accepted the input below this offset. */
  acked?(offset: number): void;
}

/** What a channel asks of the connection that carries it. */
export interface Carrier {
  readonly window: number;
  readonly capped: boolean;
  /** Let the device send up to `limit`; false while nothing may be said. */
  credit(ch: number, limit: number): boolean;
  flush(): void;
  /** The most that may come past what was drawn while the data cap holds. */
  readonly trickle: number;
}

export class SessionChannel {
  readonly input = new SendBuffer(INPUT_MOST);
  readonly receiver = new Receiver();
  readonly bulk: boolean;
  /** The device has it open. */
  live = false;
  /** This connection took it up instead of opening it. */
  resumed = false;
  over = false;
  /** OPEN, signed once: a second one would be a second shell. */
  signed: Promise<Envelope> | undefined;
  private drawn = 0;
  private granted = 0;

  constructor(
    readonly ch: number,
    readonly plan: ChannelPlan,
    readonly view: ChannelView,
    private readonly carrier: Carrier,
  ) {
    this.bulk = BULK_KINDS.has(plan.kind);
  }

  /** Typed bytes: kept until the device has them. False when no more can be kept. */
  type(bytes: Uint8Array): boolean {
    if (this.over || bytes.length > this.input.room) return false;
    this.input.write(bytes);
    if (this.carrier.capped) this.grant(this.carrier.trickle);
    this.carrier.flush();
    return true;
  }

  command(kind: number, body: Uint8Array): void {
    if (this.over) return;
    this.input.control(kind, body);
    this.carrier.flush();
  }

  /** The view has drawn everything below `offset`: let the device send on. */
  consumed(offset: number): void {
    this.drawn = Math.max(this.drawn, offset);
    const { capped, window } = this.carrier;
    if (capped || this.drawn + window / 2 < this.granted) return;
    this.grant(window);
    this.carrier.flush();
  }

  /** As far as the device may send on this connection from its beginning. */
  allowance(): number {
    this.granted = Math.max(this.granted, this.drawn + this.carrier.window);
    return this.granted;
  }

  private grant(beyond: number): void {
    const limit = this.drawn + beyond;
    if (limit <= this.granted || !this.carrier.credit(this.ch, limit)) return;
    this.granted = limit;
  }

  /** Have this link carry the channel; `types`: in both directions. */
  attach(link: Link, types: boolean): void {
    link.expect(this.ch, this.receiver);
    if (types) link.attach(this.ch, this.typed(), this.bulk ? PRIORITY.bulk : PRIORITY.input);
  }

  /** A reloaded page moves what it has typed to where RESUME says, before anybody reads it. */
  private typed(): Source {
    const { input } = this;
    return {
      get end() {
        return input.end;
      },
      read: (offset, most) => input.read(offset, most),
      rewound: (offset) => input.adopt(offset),
    };
  }

  /** What CHANNELS says of it under the name `key`. */
  state(key: string): ChannelState {
    const { end, acked } = this.input;
    const { next } = this.receiver;
    const { kind } = this.plan;
    return { ch: this.ch, key, kind, next, credit: this.allowance(), end, acked };
  }

  acknowledged(offset: number): void {
    this.input.ack(offset);
    this.view.acked?.(offset);
    if (this.input.acked === this.input.end) this.view.heard();
  }
}
