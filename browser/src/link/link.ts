/**
 * One connection of the link protocol, sans-IO: bytes and the time in, events and messages out; the twin
 * of wire/src/reachback_wire/link. What must survive a connection (SendBuffer, Receiver) is handed to the
 * next Link. Call `transmit` after every other call. Times are seconds of a monotonic clock.
 */

import { Decoder } from "./decoding";
import { encode, type Frame } from "./frames";
import { Acknowledging, Inbound } from "./inbound";
import { Liveness } from "./liveness";
import { Outbox } from "./outbox";
import { BULK, Pacer } from "./pacing";
import { FIRST_SESSION_CHANNEL, PRIORITY, Schedule } from "./schedule";
import type { Receiver, Source, Unit } from "./streams";

export { PRIORITY } from "./schedule";

export type LinkEvent =
  | { name: "frame"; frame: Frame }
  | { name: "unit"; ch: number; offset: number; unit: Unit }
  | { name: "acked"; ch: number; offset: number }
  | { name: "credited"; ch: number; limit: number }
  | { name: "rewound"; ch: number; next: number; credit: number };

/** Times in seconds (undefined: not measured yet), sizes in bytes, `rate` in bytes per second. */
export interface LinkStats {
  rtt: number | undefined;
  minRtt: number | undefined;
  rate: number;
  sent: number;
  received: number;
  outstanding: number;
  chunk: number;
}

const PONGS_MOST = 8; // PINGs answered per transmission: a flood of them holds no more memory

/** The class expected of an incoming channel when the owner says nothing. */
function usualClass(ch: number): number {
  return ch < FIRST_SESSION_CHANNEL ? PRIORITY.control : PRIORITY.output;
}

export class Link {
  private readonly decoder = new Decoder();
  private readonly pacer: Pacer;
  private readonly schedule = new Schedule();
  private readonly inbound = new Inbound();
  private readonly outbox: Outbox;
  private readonly owed = new Acknowledging();
  private readonly liveness: Liveness;
  private pongs = 0;
  private pings = 0;
  private sent = 0;
  private received = 0;

  /** `classOf` gives the class of an *incoming* channel: bulk is acknowledged at once. */
  constructor(
    now: number,
    private readonly classOf: (ch: number) => number = usualClass,
  ) {
    this.pacer = new Pacer(now);
    this.outbox = new Outbox(this.pacer, this.schedule);
    this.liveness = new Liveness(now);
  }

  get stats(): LinkStats {
    const { rtt, minRtt, rate, outstanding, chunk } = this.pacer;
    return { rtt, minRtt, rate, outstanding, chunk, sent: this.sent, received: this.received };
  }

  /** Whether a session channel is open: probe every 5 s instead of every 55 s. */
  set busy(busy: boolean) {
    this.liveness.busy = busy;
  }

  // What comes in

  /** The events of these bytes; RemoteError when the other end broke the protocol. */
  receive(bytes: Uint8Array, now: number): LinkEvent[] {
    this.received += bytes.length;
    this.liveness.heard(now);
    const events: LinkEvent[] = [];
    let counts = false;
    let bulk = false;
    for (const frame of this.decoder.feed(bytes)) {
      if (this.probing(frame, now)) continue;
      counts = true;
      if (this.unit(frame, events)) bulk ||= "ch" in frame && this.classOf(frame.ch) === BULK;
      else this.other(frame, events);
    }
    if (counts) this.owed.arrived(this.decoder.total, now, bulk);
    return events;
  }

  /** LINKACK, PING and PONG: a message of nothing else owes no LINKACK, so an idle link stays idle. */
  private probing(frame: Frame, now: number): boolean {
    if (frame.name === "linkack") this.pacer.acknowledged(frame.total, frame.delay / 1e6, now);
    else if (frame.name === "pong") this.pacer.probed(frame.token, now);
    else if (frame.name !== "ping") return false;
    else if (this.pongs < PONGS_MOST) {
      this.pongs += 1;
      this.outbox.push({ name: "pong", token: frame.token });
    }
    return true;
  }

  private unit(frame: Frame, events: LinkEvent[]): boolean {
    let unit: Unit;
    if (frame.name === "data") unit = { kind: "data", data: frame.data };
    else if (frame.name === "ctrl") unit = { kind: "ctrl", control: frame.kind, body: frame.body };
    else if (frame.name === "gap") {
      const { length, time, salt, sha256 } = frame;
      unit = { kind: "gap", length, time, salt, sha256 };
    } else return false;
    const placed = this.inbound.accept(frame.ch, unit);
    if (placed !== undefined) events.push({ name: "unit", ch: frame.ch, ...placed });
    return true;
  }

  private other(frame: Frame, events: LinkEvent[]): void {
    switch (frame.name) {
      case "seek":
        this.inbound.seek(frame.ch, frame.offset);
        break;
      case "ack":
        events.push({ name: "acked", ch: frame.ch, offset: frame.offset });
        break;
      case "credit":
        this.schedule.credit(frame.ch, frame.limit);
        events.push({ name: "credited", ch: frame.ch, limit: frame.limit });
        break;
      case "resume":
        for (const entry of frame.entries) {
          this.schedule.rewind(entry.ch, entry.next, entry.credit);
          events.push({ name: "rewound", ...entry });
        }
        break;
      default:
        events.push({ name: "frame", frame });
    }
  }

  // What goes out

  /** Queue a frame of class 0, in order; credit it grants is remembered. */
  send(frame: Frame): void {
    if (frame.name === "credit") this.inbound.grant(frame.ch, frame.limit);
    const states =
      frame.name === "resume" ? frame.entries : frame.name === "channels" ? frame.value : [];
    for (const state of states) this.inbound.grant(state.ch, state.credit);
    this.outbox.push(frame);
  }

  /** Send `ch` from `source`, beginning at `next` (default: where RESUME asked, else 0). */
  attach(ch: number, source: Source, priority: number, next?: number, credit = 0): void {
    this.schedule.attach(ch, source, priority, next, credit);
  }

  /** Receive `ch` with this receiver, from the sender's next SEEK on. */
  expect(ch: number, receiver: Receiver): void {
    this.inbound.expect(ch, receiver);
  }

  /** Forget `ch` in both directions; what still comes for it is dropped. */
  detach(ch: number): void {
    this.schedule.detach(ch);
    this.inbound.forget(ch);
  }

  /** The source of `ch` has more (needed only after its `read` answered undefined). */
  wake(ch: number): void {
    this.schedule.wake(ch);
  }

  /** The messages to write now; empty when there is nothing or the window is full. */
  transmit(now: number): Uint8Array[] {
    const { due } = this.owed;
    let head: Uint8Array | undefined;
    if (due !== undefined && (now >= due || !this.outbox.idle)) {
      const delay = this.owed.settle(now);
      head = encode({ name: "linkack", total: this.decoder.total, delay });
    }
    const messages = this.outbox.transmit(now, head);
    this.pongs = 0;
    for (const message of messages) this.sent += message.length;
    return messages;
  }

  // Time

  /** Probe a silent peer; true when it must be taken for dead. Call `transmit` afterwards. */
  tick(now: number): boolean {
    if (this.liveness.due(now)) {
      this.pings += 1;
      const token = new Uint8Array(8);
      new DataView(token.buffer).setUint32(4, this.pings);
      this.outbox.push({ name: "ping", token });
    }
    return this.liveness.dead;
  }

  /** When to call `tick` and `transmit` at the latest; undefined when dead. */
  get deadline(): number | undefined {
    const { deadline } = this.liveness;
    if (deadline === undefined) return undefined;
    const others = [this.owed.due, this.pacer.pacedUntil];
    return Math.min(deadline, ...others.filter((other) => other !== undefined));
  }
}
