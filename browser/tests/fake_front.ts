/**
 * A front and a device in one, spoken to over a fake WebSocket: the wire's own protocol with our own Link,
 * in the order the real front uses (CHALLENGE, WELCOME, NOTICE, OPENED, RESUME; gateway/links).
 */

import type { Frame, Json } from "../src/link/frames";
import { Link, type LinkEvent, PRIORITY } from "../src/link/link";
import { Receiver, SendBuffer } from "../src/link/streams";
import type { SessionData } from "../src/session/bootstrap";
import type { SessionView } from "../src/session/connection";
import type { Surroundings, Wire } from "../src/session/surroundings";
import type { KeptSession } from "../src/signing/keyring";
import type { SessionKey } from "../src/signing/sshsig";

const INPUT_CREDIT = 65_536;

/** One fake socket: what the page sends goes to `heard`; `say` and `drop` are the front's. */
export class FakeWire implements Wire {
  readyState = 1;
  binaryType: BinaryType = "blob";
  onmessage: ((event: { data: ArrayBuffer }) => void) | null = null;
  onclose: (() => void) | null = null;
  closedWith: number | undefined;
  reason: string | undefined;
  heard: (bytes: Uint8Array) => void = () => undefined;

  send(message: Uint8Array): void {
    if (this.readyState === 1) this.heard(message.slice());
  }

  close(code?: number, reason?: string): void {
    this.closedWith = code;
    this.reason = reason;
    this.readyState = 3;
  }

  say(message: Uint8Array): void {
    const data = message.slice().buffer;
    queueMicrotask(() => {
      if (this.readyState === 1) this.onmessage?.({ data });
    });
  }

  drop(): void {
    this.readyState = 3;
    this.onclose?.();
  }
}

/** A clock and timers that move only when told. */
export class FakeTime {
  milliseconds = 1_000_000;
  private timers: { id: number; due: number; act: () => void }[] = [];
  private ids = 0;

  later(wait: number, act: () => void): number {
    this.ids += 1;
    this.timers.push({ id: this.ids, due: this.milliseconds + wait, act });
    return this.ids;
  }

  cancel(id: number | undefined): void {
    this.timers = this.timers.filter((timer) => timer.id !== id);
  }

  /** Let time pass; timers fire in their order, promises settle in between. */
  async pass(milliseconds: number): Promise<void> {
    const until = this.milliseconds + milliseconds;
    await settle();
    for (;;) {
      this.timers.sort((one, other) => one.due - other.due);
      const next = this.timers[0];
      if (next === undefined || next.due > until) break;
      this.timers.shift();
      this.milliseconds = Math.max(this.milliseconds, next.due);
      next.act();
      await settle();
    }
    this.milliseconds = until;
  }
}

/** Everything that was promised and needs nothing from outside is done after this. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 40; turn += 1) await Promise.resolve();
}

/** What the device knows of the channel, over all connections. */
export class FakeDevice {
  readonly output = new SendBuffer();
  readonly input = new Receiver();
  typed = "";
  commands: number[] = [];
  opened = false;
  refusal: Json | undefined;
  opens: Json[] = [];
  /** Whether the device's acknowledgements reach the browser. */
  acking = true;
}

export class FakeFront {
  readonly wires: FakeWire[] = [];
  readonly device = new FakeDevice();
  hellos: Json[] = [];
  channels: Json[] = [];
  watches: Json[] = [];
  link = new Link(0);
  /** Sent instead of WELCOME, if any. */
  bye: Json | undefined;
  reachable = true;
  opening = true;
  /** Commands on channels beside the first, by number, over all connections. */
  readonly beside = new Map<number, { input: Receiver; commands: number[] }>();

  constructor(private readonly time: FakeTime) {}

  get wire(): FakeWire {
    const wire = this.wires.at(-1);
    if (wire === undefined) throw new Error("nobody dialled");
    return wire;
  }

  dial(): FakeWire {
    const wire = new FakeWire();
    this.wires.push(wire);
    if (!this.reachable) {
      wire.readyState = 0;
      this.time.later(1, () => wire.drop());
      return wire;
    }
    const link = new Link(this.now);
    this.link = link;
    wire.heard = (bytes) => {
      for (const event of link.receive(bytes, this.now)) {
        if (this.bye === undefined || this.hellos.length < this.wires.length) this.handle(event);
      }
      this.flush();
    };
    const value = { versions: [1, 1], node: "main", nonce: "AAAA", time: 1, features: [] };
    this.send({ name: "challenge", value });
    this.beat(wire);
    return wire;
  }

  /** The front's own clock: what its window held back goes out later. */
  private beat(wire: FakeWire): void {
    this.time.later(10, () => {
      if (wire !== this.wire || wire.readyState !== 1) return;
      this.flush();
      this.beat(wire);
    });
  }

  private get now(): number {
    return this.time.milliseconds / 1000;
  }

  send(frame: Frame): void {
    this.link.send(frame);
  }

  flush(): void {
    for (const message of this.link.transmit(this.now)) this.wire.say(message);
  }

  /** The device prints something. */
  print(words: string): void {
    this.device.output.write(new TextEncoder().encode(words));
    this.flush();
  }

  private handle(event: LinkEvent): void {
    if (event.name === "frame") this.frame(event.frame);
    if (event.name !== "unit") return;
    const other = this.beside.get(event.ch);
    if (other !== undefined) {
      if (event.unit.kind === "ctrl") other.commands.push(event.unit.control);
      this.send({ name: "ack", ch: event.ch, offset: other.input.next });
      return;
    }
    if (event.unit.kind === "data") this.device.typed += new TextDecoder().decode(event.unit.data);
    if (event.unit.kind === "ctrl") this.device.commands.push(event.unit.control);
    if (this.device.acking) this.send({ name: "ack", ch: 16, offset: this.device.input.next });
  }

  private frame(frame: Frame): void {
    if (frame.name === "hello") this.greet(frame.value);
    else if (frame.name === "channels") {
      this.channels.push(...frame.value);
      for (const state of frame.value) {
        if (state.ch === 16) this.join(state.next, state.credit);
        else this.joinBeside(state.ch);
      }
    } else if (frame.name === "open" && frame.ch !== 16) {
      this.device.opens.push(frame.value.open);
      this.beside.set(frame.ch, { input: new Receiver(), commands: [] });
      this.send({ name: "opened", ch: frame.ch, value: {} });
      this.joinBeside(frame.ch);
    } else if (frame.name === "open") this.open(frame.value);
    else if (frame.name === "watch") {
      this.watches.push(frame.value);
      this.send({ name: "opened", ch: 16, value: { key: "s1.1", kind: "shell" } });
      this.link.attach(16, this.device.output, PRIORITY.output, 0);
    }
  }

  private greet(hello: Json): void {
    this.hellos.push(JSON.parse(hello.body));
    if (this.bye !== undefined) {
      this.send({ name: "bye", value: this.bye });
      this.time.later(1, () => this.wire.drop());
      return;
    }
    const value = { version: 1, generation: 1, hold: "none", time: 1, features: [], session: {} };
    this.send({ name: "welcome", value });
    const people = [{ name: "Tomás Rivera", may: ["open"] }];
    this.send({ name: "notice", value: { device: "back", since: 1, resumes: 0, people } });
  }

  private open(value: Json): void {
    this.device.opens.push(value.open);
    if (this.device.refusal !== undefined) {
      this.send({ name: "refused", ch: 16, value: this.device.refusal });
      return;
    }
    if (!this.opening) return;
    this.device.opened = true;
    this.send({ name: "opened", ch: 16, value: { key: "s1.1", kind: "shell", recording: "s1.1" } });
    this.join(0, 0);
  }

  private joinBeside(ch: number): void {
    const input = this.beside.get(ch)?.input ?? new Receiver();
    this.link.expect(ch, input);
    const entry = { ch, next: input.next, credit: input.next + INPUT_CREDIT };
    this.send({ name: "resume", entries: [entry] });
  }

  private join(next: number, credit: number): void {
    this.link.attach(16, this.device.output, PRIORITY.output, next, credit);
    this.link.expect(16, this.device.input);
    this.rewind();
  }

  /** What the front sends when the device is (again) on its link. */
  rewind(): void {
    const { next } = this.device.input;
    this.send({ name: "resume", entries: [{ ch: 16, next, credit: next + INPUT_CREDIT }] });
  }
}

export class FakeView implements SessionView {
  screen = "";
  acknowledged = 0;
  log: string[] = [];
  units: { at: number; kind: string }[] = [];
  onUnit: (after: number) => void = () => undefined;
  onOpened: () => void = () => undefined;

  unit(unit: Parameters<SessionView["unit"]>[0], offset: number): void {
    this.units.push({ at: offset, kind: unit.kind });
    if (unit.kind !== "data") return;
    this.screen += new TextDecoder().decode(unit.data);
    this.onUnit(offset + unit.data.length);
  }
  opened(): void {
    this.log.push("opened");
    this.onOpened();
  }
  refused(sentence: string): void {
    this.log.push(`refused: ${sentence}`);
  }
  ended(sentence: string): void {
    this.log.push(`ended: ${sentence}`);
  }
  link(state: "up" | "lost"): void {
    this.log.push(state);
  }
  notice(value: Json): void {
    this.log.push(`device ${value.device}`);
  }
  heard(): void {
    this.acknowledged += 1;
  }
  measured(): void {
    // shown by the bar; nothing to prove here
  }
}

export function sessionData(mode: "open" | "watch" = "open"): SessionData {
  return {
    session: "s1",
    mode,
    state: "ready",
    link: "/-/link/browser",
    ticket_url: "/sessions/s1/ticket",
    end_url: "/sessions/s1/end",
    page: "/sessions/s1/",
    person: { id: "p1", name: "Tomás Rivera" },
    device: { id: "d1", name: "lijiang-frontdesk", site: "Lijiang", zone: "Asia/Shanghai" },
    channel: { key: "s1.1", kind: "shell", parameters: { run_as: "guest", login: true } },
    grant:
      mode === "open"
        ? { body: '{"id":"grant-1","session_key":"ssh-ed25519 AAAA"}', signatures: ["…"] }
        : null,
    started: null,
    expires: 2_000_000,
    recordings: ["s1.1"],
    texts: {},
  };
}

/** A key that signs at once: WebCrypto would answer from another thread (signing.test.ts has the real one). */
export function freshKeys(): { key: SessionKey; kept: KeptSession } {
  const key = { line: "ssh-ed25519 AAAA", sign: async () => "signature" };
  const pair = {} as CryptoKeyPair;
  return { key, kept: { session: "s1", pair, counter: 0, channels: [], kept: 0 } };
}

export function surroundings(
  front: FakeFront,
  time: FakeTime,
): Surroundings & { back: () => void } {
  const found = {
    back: (): void => undefined,
    dial: () => front.dial(),
    now: () => time.milliseconds / 1000,
    wall: () => Math.round(time.milliseconds),
    later: (wait: number, act: () => void) => time.later(wait, act),
    cancel: (id: number | undefined) => time.cancel(id),
    chance: () => 0.5,
    keep: async () => undefined,
    onReturn(act: () => void) {
      found.back = act;
    },
  };
  return found;
}
