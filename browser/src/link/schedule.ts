/**
 * Which channel may send next: strict classes, turns within a class. Decided anew for every chunk, so a
 * keystroke overtakes bulk in the middle of a retransmission.
 */

import { LocalError } from "./errors";
import { encode, encodeGap, join } from "./frames";
import type { Source, Unit } from "./streams";
import { unitLength } from "./streams";

export const PRIORITY = { control: 0, input: 1, output: 2, bulk: 3 } as const;
export const FIRST_SESSION_CHANNEL = 16;
const CLASSES = 4;
const STANDING_CREDIT = 65_536; // channels 1 and 2 begin with it in both directions
const WISHES_MOST = 1024;

export function standingCredit(ch: number): number {
  return ch < FIRST_SESSION_CHANNEL ? STANDING_CREDIT : 0;
}

/** One channel we send: where it stands on this connection, and how far it may go. */
export class Outbound {
  private seek = true;
  parked = false;

  constructor(
    readonly ch: number,
    private readonly source: Source,
    readonly priority: number,
    private cursor: number,
    public credit: number,
  ) {}

  /** Whether it has a unit it may send. */
  get ready(): boolean {
    return !this.parked && this.cursor < this.credit && this.cursor < this.source.end;
  }

  /** The next unit as bytes, with its SEEK when due; undefined when the source has none yet. */
  take(most: number): Uint8Array | undefined {
    const unit = this.source.read(this.cursor, Math.min(most, this.credit - this.cursor));
    if (unit === undefined) {
      this.parked = true;
      return undefined;
    }
    let encoded = encodeUnit(this.ch, unit);
    if (this.seek) {
      encoded = join(encode({ name: "seek", ch: this.ch, offset: this.cursor }), encoded);
      this.seek = false;
    }
    this.cursor += unitLength(unit);
    return encoded;
  }

  /** Go on from `offset` after a SEEK. */
  rewind(offset: number, credit: number): void {
    this.source.rewound?.(offset);
    this.cursor = offset;
    this.credit = Math.max(this.credit, credit);
    this.seek = true;
    this.parked = false;
  }
}

function encodeUnit(ch: number, unit: Unit): Uint8Array {
  if (unit.kind === "data") return encode({ name: "data", ch, data: unit.data });
  if (unit.kind === "gap") return encodeGap(ch, unit);
  return encode({ name: "ctrl", ch, kind: unit.control, body: unit.body });
}

interface Wish {
  next: number;
  credit: number;
}

/** The channels of one connection that we send. */
export class Schedule {
  private readonly channels = new Map<number, Outbound>();
  private readonly turns: Outbound[][] = Array.from({ length: CLASSES }, () => []);
  /** What the other end said about channels we have not attached yet. */
  private readonly wishes = new Map<number, Wish>();

  /** Begin to send `ch`; what RESUME or CREDIT said about it before is honoured. */
  attach(ch: number, source: Source, priority: number, start?: number, credit = 0): void {
    const turns = this.turns[priority];
    if (this.channels.has(ch)) {
      throw new LocalError("attached", `Channel ${ch} is attached already.`);
    }
    if (turns === undefined) throw new LocalError("bad-channel", "A class is 0 to 3.");
    const wish = this.wishes.get(ch) ?? { next: 0, credit: 0 };
    this.wishes.delete(ch);
    const limit = Math.max(credit, wish.credit, standingCredit(ch));
    const channel = new Outbound(ch, source, priority, start ?? wish.next, limit);
    this.channels.set(ch, channel);
    turns.push(channel);
  }

  /** Stop sending `ch`; unknown channels are no error. */
  detach(ch: number): void {
    this.wishes.delete(ch);
    const channel = this.channels.get(ch);
    if (channel === undefined) return;
    this.channels.delete(ch);
    const turns = this.turns[channel.priority] ?? [];
    turns.splice(turns.indexOf(channel), 1);
  }

  /** The source of `ch` has a unit again after `read` answered undefined. */
  wake(ch: number): void {
    const channel = this.channels.get(ch);
    if (channel !== undefined) channel.parked = false;
  }

  /** CREDIT came; a lower limit than before changes nothing. */
  credit(ch: number, limit: number): void {
    const holder = this.channels.get(ch) ?? this.wish(ch);
    holder.credit = Math.max(holder.credit, limit);
  }

  /** RESUME came. */
  rewind(ch: number, offset: number, credit: number): void {
    const channel = this.channels.get(ch);
    if (channel !== undefined) {
      channel.rewind(offset, credit);
      return;
    }
    const wish = this.wish(ch);
    wish.next = offset;
    wish.credit = Math.max(wish.credit, credit);
  }

  /** What was said about an unattached channel; the oldest is forgotten for the newest. */
  private wish(ch: number): Wish {
    const known = this.wishes.get(ch);
    if (known !== undefined) return known;
    const [oldest] = this.wishes.keys();
    if (oldest !== undefined && this.wishes.size >= WISHES_MOST) this.wishes.delete(oldest);
    const wish = { next: 0, credit: 0 };
    this.wishes.set(ch, wish);
    return wish;
  }

  /** The channel whose turn it is; call `took` when it has sent. */
  pick(): Outbound | undefined {
    for (const turns of this.turns) {
      for (const channel of turns) if (channel.ready) return channel;
    }
    return undefined;
  }

  /** It had its turn: the others of its class come first now. */
  took(channel: Outbound): void {
    const turns = this.turns[channel.priority] ?? [];
    if (turns.length > 1) {
      turns.splice(turns.indexOf(channel), 1);
      turns.push(channel);
    }
  }
}
