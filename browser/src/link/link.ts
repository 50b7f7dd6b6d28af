/** One connection of the link protocol, sans-IO: bytes and the time in, events and bytes out. */

import { RemoteError } from "./errors";
import { Decoder, encode, type Frame } from "./frames";
import { Pacing } from "./pacing";
import type { Receiver, SendBuffer, Unit } from "./streams";
import { unitLength } from "./streams";

export type LinkEvent =
  | { name: "frame"; frame: Frame }
  | { name: "unit"; ch: number; offset: number; unit: Unit }
  | { name: "acked"; ch: number; offset: number }
  | { name: "rewound"; ch: number; next: number };

export const PRIORITY = { control: 0, input: 1, output: 2, bulk: 3 } as const;

interface Sending {
  source: SendBuffer;
  priority: number;
  cursor: number | undefined;
  credit: number;
  announced: boolean;
}

const PROBE_BUSY_SECONDS = 5; // dead in at most 15 s while a session is open
const MISSED_PROBES = 2;
const ACK_DELAY_SECONDS = 0.025;

export class Link {
  private readonly decoder = new Decoder();
  private readonly pacing = new Pacing();
  private readonly control: Uint8Array[] = [];
  private readonly sending = new Map<number, Sending>();
  private readonly receiving = new Map<number, Receiver>();
  private ackedTotal = 0;
  private ackDue: number | undefined;
  private messagesUnacked = 0;
  private lastHeard: number;
  private probes = 0;

  constructor(now: number) {
    this.lastHeard = now;
  }

  get rtt(): number {
    return this.pacing.rtt;
  }

  get rate(): number {
    return this.pacing.rate;
  }

  send(frame: Frame): void {
    this.control.push(encode(frame));
  }

  /** Send `source` on `ch` once RESUME names where to begin. */
  attach(ch: number, source: SendBuffer, priority: number): void {
    this.sending.set(ch, { source, priority, cursor: undefined, credit: 0, announced: false });
  }

  /** A channel just opened on this connection: begin at once, with the first credit of the protocol. */
  begin(ch: number, credit: number): void {
    const sending = this.sending.get(ch);
    if (sending === undefined) return;
    sending.cursor = sending.source.acked;
    sending.credit = Math.max(sending.credit, credit);
    sending.announced = false;
  }

  expect(ch: number, receiver: Receiver): void {
    receiver.reset();
    this.receiving.set(ch, receiver);
  }

  detach(ch: number): void {
    this.sending.delete(ch);
    this.receiving.delete(ch);
  }

  receive(bytes: Uint8Array, now: number): LinkEvent[] {
    this.lastHeard = now;
    this.probes = 0;
    const events: LinkEvent[] = [];
    for (const frame of this.decoder.feed(bytes)) this.dispatch(frame, now, events);
    this.messagesUnacked += 1;
    if (this.decoder.counted > this.ackedTotal) {
      this.ackDue = this.messagesUnacked >= 2 ? now : (this.ackDue ?? now + ACK_DELAY_SECONDS);
    }
    return events;
  }

  private dispatch(frame: Frame, now: number, events: LinkEvent[]): void {
    switch (frame.name) {
      case "data":
        this.place(frame.ch, { kind: "data", bytes: frame.bytes }, events);
        break;
      case "ctrl":
        this.place(frame.ch, { kind: "ctrl", control: frame.kind, body: frame.body }, events);
        break;
      case "gap":
        this.place(frame.ch, { kind: "gap", length: frame.length }, events);
        break;
      case "seek":
        this.receiving.get(frame.ch)?.seek(frame.offset);
        break;
      case "ack":
        this.sending.get(frame.ch)?.source.ack(frame.offset);
        events.push({ name: "acked", ch: frame.ch, offset: frame.offset });
        break;
      case "credit":
        this.raise(frame.ch, frame.limit);
        break;
      case "resume":
        for (const entry of frame.entries) this.rewind(entry, events);
        break;
      case "linkack":
        this.pacing.onAck(frame.total, frame.delay / 1e6, now);
        break;
      case "ping":
        this.send({ name: "pong", bytes: frame.bytes });
        break;
      case "pong":
        break;
      default:
        events.push({ name: "frame", frame });
    }
  }

  private place(ch: number, unit: Unit, events: LinkEvent[]): void {
    const receiver = this.receiving.get(ch);
    if (receiver === undefined) return;
    const placed = receiver.accept(unit);
    if (placed !== undefined) events.push({ name: "unit", ch, ...placed });
  }

  private raise(ch: number, limit: number): void {
    const sending = this.sending.get(ch);
    if (sending !== undefined) sending.credit = Math.max(sending.credit, limit);
  }

  private rewind(entry: { ch: number; next: number; credit: number }, events: LinkEvent[]): void {
    const sending = this.sending.get(entry.ch);
    if (sending === undefined) return;
    sending.source.adopt(entry.next);
    if (entry.next < sending.source.acked || entry.next > sending.source.end) {
      throw new RemoteError("bad-resume", `Channel ${entry.ch} cannot go on from ${entry.next}.`);
    }
    sending.cursor = entry.next;
    sending.announced = false;
    sending.credit = Math.max(sending.credit, entry.credit);
    events.push({ name: "rewound", ch: entry.ch, next: entry.next });
  }

  /** Messages to write now. */
  transmit(now: number): Uint8Array[] {
    const messages: Uint8Array[] = [];
    while (this.control.length > 0) this.emit(messages, this.control.shift(), now);
    while (this.pacing.room) {
      const frame = this.nextUnit();
      if (frame === undefined) break;
      this.emit(messages, frame, now);
    }
    this.acknowledge(messages, now);
    return messages;
  }

  private emit(messages: Uint8Array[], bytes: Uint8Array | undefined, now: number): void {
    if (bytes === undefined) return;
    messages.push(bytes);
    this.pacing.onSent(bytes.length, now);
  }

  private nextUnit(): Uint8Array | undefined {
    const ready = [...this.sending.entries()]
      .filter(([, s]) => s.cursor !== undefined && s.cursor < s.source.end && s.cursor < s.credit)
      .sort(([, a], [, b]) => a.priority - b.priority)[0];
    if (ready === undefined) return undefined;
    const [ch, sending] = ready;
    const cursor = sending.cursor ?? 0;
    if (!sending.announced) {
      sending.announced = true;
      return encode({ name: "seek", ch, offset: cursor });
    }
    const unit = sending.source.read(cursor, Math.min(this.pacing.chunk, sending.credit - cursor));
    if (unit === undefined) return undefined;
    sending.cursor = cursor + unitLength(unit);
    return encodeUnit(ch, unit);
  }

  private acknowledge(messages: Uint8Array[], now: number): void {
    if (this.ackDue === undefined || (messages.length === 0 && now < this.ackDue)) return;
    const delay = Math.max(0, Math.round((now - this.lastHeard) * 1e6));
    this.ackedTotal = this.decoder.counted;
    messages.push(encode({ name: "linkack", total: this.ackedTotal, delay }));
    this.ackDue = undefined;
    this.messagesUnacked = 0;
  }

  /** Probe a silent peer; return true when it must be taken for dead. */
  tick(now: number): boolean {
    if (now - this.lastHeard < PROBE_BUSY_SECONDS * (this.probes + 1)) return false;
    this.probes += 1;
    if (this.probes > MISSED_PROBES) return true;
    this.send({ name: "ping", bytes: new Uint8Array(8) });
    return false;
  }
}

function encodeUnit(ch: number, unit: Unit): Uint8Array {
  if (unit.kind === "data") return encode({ name: "data", ch, bytes: unit.bytes });
  if (unit.kind === "ctrl")
    return encode({ name: "ctrl", ch, kind: unit.control, body: unit.body });
  return encode({ name: "gap", ch, length: unit.length, rest: new Uint8Array(56) });
}
