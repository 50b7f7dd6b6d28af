/** Two ends, a line that cuts anywhere (inside frames too), and a clock that the test moves. */

import { Link, type LinkEvent } from "../src/link/link";
import { Receiver, SendBuffer, type Unit } from "../src/link/streams";

export interface Lane {
  ch: number;
  priority: number;
  sending: SendBuffer;
  receiving: Receiver;
  got: Unit[];
  offsets: number[];
}

/** One end: what survives its connections, and the Link of the one it has. */
export class End {
  readonly lanes = new Map<number, Lane>();
  link = new Link(0);
  window = 1_000_000;

  lane(ch: number, priority: number): Lane {
    const lane: Lane = {
      ch,
      priority,
      sending: new SendBuffer(64 * 1_048_576),
      receiving: new Receiver(),
      got: [],
      offsets: [],
    };
    this.lanes.set(ch, lane);
    return lane;
  }

  connect(now: number): void {
    this.link = new Link(now, (ch) => this.lanes.get(ch)?.priority ?? 0);
    this.link.busy = true;
    const entries = [];
    for (const { ch, sending, receiving, priority } of this.lanes.values()) {
      this.link.attach(ch, sending, priority);
      this.link.expect(ch, receiving);
      this.link.send({ name: "ack", ch, offset: receiving.next }); // the last one may be lost
      entries.push({ ch, next: receiving.next, credit: receiving.next + this.window });
    }
    this.link.send({ name: "resume", entries });
  }

  hear(bytes: Uint8Array, now: number): void {
    for (const event of this.link.receive(bytes, now)) this.handle(event);
  }

  private handle(event: LinkEvent): void {
    if (event.name === "frame") return;
    const lane = this.lanes.get(event.ch);
    if (lane === undefined) return;
    if (event.name === "acked") lane.sending.ack(event.offset);
    if (event.name !== "unit") return;
    lane.got.push(event.unit);
    lane.offsets.push(event.offset);
    const { next } = lane.receiving;
    this.link.send({ name: "ack", ch: lane.ch, offset: next });
    this.link.send({ name: "credit", ch: lane.ch, limit: next + this.window });
  }
}

/** Bytes under way in one direction: `rate` bytes a second (0: no limit), `delay` seconds. */
export class Pipe {
  private readonly flying: { due: number; bytes: Uint8Array }[] = [];
  private freeAt = 0;
  carried = 0;

  constructor(
    private readonly delay: number,
    private readonly rate: number,
  ) {}

  put(bytes: Uint8Array, now: number): void {
    this.freeAt = Math.max(this.freeAt, now) + (this.rate > 0 ? bytes.length / this.rate : 0);
    this.flying.push({ due: this.freeAt + this.delay, bytes });
    this.carried += bytes.length;
  }

  get nextDue(): number {
    return this.flying[0]?.due ?? Number.POSITIVE_INFINITY;
  }

  take(now: number): Uint8Array[] {
    const arrived: Uint8Array[] = [];
    while (this.nextDue <= now) arrived.push(this.flying.shift()?.bytes ?? new Uint8Array());
    return arrived;
  }

  /** The connection breaks: of what flies, the first bytes may still arrive, cut anywhere. */
  cut(chance: () => number): Uint8Array {
    const all = this.flying.flatMap((part) => [...part.bytes]);
    this.flying.length = 0;
    this.freeAt = 0;
    return Uint8Array.from(all.slice(0, Math.floor(chance() * (all.length + 1))));
  }
}

export class World {
  readonly a = new End();
  readonly b = new End();
  readonly there: Pipe;
  readonly back: Pipe;
  now = 0;

  constructor(delay = 0.05, rate = 0) {
    this.there = new Pipe(delay, rate);
    this.back = new Pipe(delay, rate);
  }

  connect(): void {
    this.a.connect(this.now);
    this.b.connect(this.now);
    this.write();
  }

  private write(): void {
    for (const message of this.a.link.transmit(this.now)) this.there.put(message, this.now);
    for (const message of this.b.link.transmit(this.now)) this.back.put(message, this.now);
  }

  /** Go to the next thing that happens, at most to `until`. */
  step(until: number): void {
    const deadlines = [this.a.link.deadline, this.b.link.deadline].map((at) => at ?? until);
    const next = Math.min(until, this.there.nextDue, this.back.nextDue, ...deadlines);
    this.now = Math.max(this.now + 1e-6, next);
    for (const bytes of this.there.take(this.now)) this.b.hear(bytes, this.now);
    for (const bytes of this.back.take(this.now)) this.a.hear(bytes, this.now);
    this.a.link.tick(this.now);
    this.b.link.tick(this.now);
    this.write();
  }

  run(seconds: number): void {
    const until = this.now + seconds;
    this.write();
    while (this.now < until) this.step(until);
  }

  runUntil(done: () => boolean, seconds: number): void {
    const until = this.now + seconds;
    this.write();
    while (!done() && this.now < until) this.step(until);
  }

  cutAndReconnect(chance: () => number): void {
    this.b.hear(this.there.cut(chance), this.now);
    this.a.hear(this.back.cut(chance), this.now);
    this.connect();
  }
}

export function bytesOf(units: Unit[]): Uint8Array {
  return Uint8Array.from(units.flatMap((unit) => (unit.kind === "data" ? [...unit.data] : [])));
}
