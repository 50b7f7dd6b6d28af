/**
 * Keeps one session's link alive: connects, signs HELLO, opens or resumes the channel, reconnects with
 * growing pauses. Input stays in the send buffer until the device itself has acknowledged it.
 */

import { LinkError, RemoteError } from "../link/errors";
import type { Frame, Json } from "../link/frames";
import { Link, type LinkEvent, PRIORITY } from "../link/link";
import { Receiver, SendBuffer, type Unit } from "../link/streams";
import type { KeptSession } from "../signing/keyring";
import type { SessionKey } from "../signing/sshsig";
import { type Envelope, Refused, type SessionData } from "./bootstrap";
import { signedHello, signedOpen } from "./documents";
import { browser, OPEN, type Surroundings, type Wire } from "./surroundings";

export const CHANNEL = 16; // the first session number of the protocol
export const OUTPUT_CREDIT = 1_048_576;
export const CAPPED_CREDIT = 8192; // what a key lets through when the data cap is reached
const INPUT_MOST = 1_048_576; // typed ahead, at most
const FIRST_RETRY_MS = 150;
const LONGEST_RETRY_MS = 8000;
const HELLO_PATIENCE_MS = 20_000; // from dialling to WELCOME
const TIMER_SLACK_MS = 2;
const REFUSALS_MOST = 3; // a front that sends us away this often without any progress means it
const PROTOCOL_FAULT = 4002; // WebSocket close code: the other end broke the protocol

export interface SessionView {
  unit(unit: Unit, offset: number): void;
  /** The device opened the channel, or the front gave it back; `value` is OPENED's or empty. */
  opened(value: Json): void;
  refused(sentence: string): void;
  ended(sentence: string): void;
  /** `waiting`: milliseconds until the next attempt. */
  link(state: "up" | "lost", waiting: number): void;
  notice(value: Json): void;
  /** The device has accepted everything that was typed. */
  heard(): void;
  measured(rttSeconds: number | undefined, bytes: number, resumes: number): void;
}

export interface Keys {
  key: SessionKey;
  kept: KeptSession;
}

/** A ticket for HELLO, or "" when the session key alone will do; `fresh`: the last one was refused. */
export type TicketSource = (fresh: boolean) => Promise<string>;

export class SessionConnection {
  private readonly input = new SendBuffer(INPUT_MOST);
  private readonly receiver = new Receiver();
  private link: Link | undefined;
  private wire: Wire | undefined;
  private retry = FIRST_RETRY_MS;
  private wait: number | undefined;
  private timer: number | undefined;
  private patience: number | undefined;
  private live: boolean;
  private opening: Promise<Envelope | undefined> = Promise.resolve(undefined);
  private signed: Promise<Envelope> | undefined; // once: a second OPEN would be a second shell
  private resumed = false;
  private welcome = false;
  private finished = false;
  private refusals = 0;
  private retryAfter = 0;
  private drawn = 0;
  private granted = 0;
  private bytes = 0;
  private most = Number.POSITIVE_INFINITY;
  private resumes = 0;

  constructor(
    private readonly data: SessionData,
    private readonly keys: Keys,
    private readonly ticket: TicketSource,
    private readonly view: SessionView,
    private readonly around: Surroundings = browser,
  ) {
    this.live = keys.kept.channels.some((channel) => channel.key === data.channel.key);
  }

  start(): void {
    this.around.onReturn(() => this.hurry());
    this.connect();
  }

  /** No more reconnecting: the channel is over, or another page took it. */
  stop(): void {
    this.finished = true;
    for (const timer of [this.timer, this.wait, this.patience]) this.around.cancel(timer);
    this.wire?.close();
  }

  /** Typed bytes: kept until the device has them. False when no more can be kept. */
  type(bytes: Uint8Array): boolean {
    if (this.finished || bytes.length > this.input.room) return false;
    this.input.write(bytes);
    if (this.capped) this.grant(CAPPED_CREDIT);
    this.flush();
    return true;
  }

  command(kind: number, body: Uint8Array): void {
    if (this.finished) return;
    this.input.control(kind, body);
    this.flush();
  }

  /** The view has drawn everything below `offset`: let the device send on. */
  consumed(offset: number): void {
    this.drawn = Math.max(this.drawn, offset);
    if (this.capped || this.drawn + this.window / 2 < this.granted) return;
    this.grant(this.window);
    this.flush();
  }

  /** At most this many bytes in both directions (undefined: any); then output waits for keys. */
  cap(bytes: number | undefined): void {
    this.most = bytes ?? Number.POSITIVE_INFINITY;
    this.consumed(this.drawn);
  }

  private get capped(): boolean {
    return this.bytes >= this.most;
  }

  /** Near the cap no more is asked for than is left of it. */
  private get window(): number {
    return Math.max(CAPPED_CREDIT, Math.min(OUTPUT_CREDIT, this.most - this.bytes));
  }

  private grant(beyond: number): void {
    const limit = this.drawn + beyond;
    if (!this.welcome || limit <= this.granted) return;
    this.granted = limit;
    this.link?.send({ name: "credit", ch: CHANNEL, limit });
  }

  // The connection

  private connect(): void {
    const wire = this.around.dial(this.data.link);
    this.opening = this.prepare();
    wire.binaryType = "arraybuffer";
    this.wire = wire;
    this.link = new Link(this.around.now());
    this.link.busy = true;
    this.welcome = false;
    this.retryAfter = 0;
    wire.onmessage = (event) => {
      if (this.wire === wire) this.receive(new Uint8Array(event.data));
    };
    wire.onclose = () => {
      if (this.wire === wire) this.lost();
    };
    this.around.cancel(this.patience);
    this.patience = this.around.later(HELLO_PATIENCE_MS, () => {
      if (this.wire === wire && !this.welcome) this.abandon();
    });
    this.arm();
  }

  /** Whatever the socket still says, this connection is over. */
  private abandon(code?: number, reason?: string): void {
    const wire = this.wire;
    this.lost();
    wire?.close(code, reason);
  }

  private lost(): void {
    this.wire = undefined;
    this.link = undefined;
    this.around.cancel(this.timer);
    this.around.cancel(this.patience);
    if (this.finished) return;
    if (this.welcome) this.resumes += 1;
    this.welcome = false;
    // Half of it by chance: a restarted front is not met by everybody at once.
    const pause = Math.max(this.retry, this.retryAfter) * (0.5 + this.around.chance() / 2);
    this.retry = Math.min(this.retry * 2, LONGEST_RETRY_MS);
    this.view.link("lost", pause);
    this.wait = this.around.later(pause, () => this.hurry());
  }

  /** Connect now, unless connected or finished. */
  private hurry(): void {
    this.around.cancel(this.wait);
    if (!this.finished && this.wire === undefined) this.connect();
  }

  private receive(bytes: Uint8Array): void {
    const link = this.link;
    if (link === undefined) return;
    this.bytes += bytes.length;
    try {
      for (const event of link.receive(bytes, this.around.now())) this.handle(event);
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      this.abandon(PROTOCOL_FAULT, error.code);
      return;
    }
    this.flush();
    this.view.measured(link.stats.rtt, this.bytes, this.resumes);
  }

  private handle(event: LinkEvent): void {
    if (event.name === "frame") this.frame(event.frame);
    else if (event.ch === CHANNEL) this.moved(event);
  }

  private moved(event: Exclude<LinkEvent, { name: "frame" }>): void {
    this.refusals = 0;
    if (event.name === "unit") this.view.unit(event.unit, event.offset);
    else if (event.name === "acked") {
      this.input.ack(event.offset);
      if (this.input.acked === this.input.end) this.view.heard();
    }
    if (event.name === "rewound") this.input.adopt(event.next);
  }

  private frame(frame: Frame): void {
    switch (frame.name) {
      case "challenge":
        void this.greet(frame.value);
        break;
      case "welcome":
        if (this.welcome) throw new RemoteError("order", "The server said WELCOME twice.");
        this.welcomed();
        break;
      case "opened":
        this.opened(frame.value);
        break;
      case "refused":
        this.refuse(frame.value);
        break;
      case "close":
        this.finish(frame.value);
        break;
      case "bye":
        this.goodbye(frame.value);
        break;
      case "notice":
        this.view.notice(frame.value);
        break;
      default:
        break;
    }
  }

  /**
   * HELLO, and behind it in the same message what the page is here for: the front reads on after HELLO, so a
   * shell opens in one round trip from CHALLENGE to its first output.
   */
  private async greet(challenge: Json): Promise<void> {
    const wire = this.wire;
    let ticket: string;
    try {
      ticket = await this.ticket(this.refusals > 0);
    } catch (error) {
      if (this.wire !== wire) return;
      if (error instanceof Refused) this.refuse({ sentence: error.message });
      else this.abandon(); // the web process cannot be reached: try again later
      return;
    }
    const hello = signedHello(this.keys.key, {
      nonce: String(challenge.nonce),
      node: String(challenge.node),
      session: this.data.session,
      ticket,
      issued: this.around.wall(),
    });
    const [value, open] = await Promise.all([hello, this.opening]);
    const { link } = this;
    if (this.wire !== wire || link === undefined) return;
    link.send({ name: "hello", value });
    this.join(link, open);
    this.flush();
  }

  private welcomed(): void {
    this.welcome = true;
    this.retry = FIRST_RETRY_MS;
    this.view.link("up", 0);
    if (this.resumed) this.view.opened({});
  }

  // The channel

  /** The channel's key: one's own, or the recording that is watched. */
  private get followed(): string {
    const { key } = this.data.channel;
    return this.data.mode === "watch" ? (this.data.recordings[0] ?? key) : key;
  }

  private allowance(): number {
    this.granted = Math.max(this.granted, this.drawn + this.window);
    return this.granted;
  }

  /** Ask for the channel: the one there is, the recording to watch, or a new one. */
  private join(link: Link, open: Envelope | undefined): void {
    const { grant, mode } = this.data;
    link.expect(CHANNEL, this.receiver);
    if (mode === "open") link.attach(CHANNEL, this.input, PRIORITY.input);
    this.resumed = this.live;
    if (this.live) {
      this.resume(link);
      return;
    }
    // A watcher follows from the start; after a lost link, from what it has.
    if (mode === "watch") {
      link.send({ name: "watch", ch: CHANNEL, value: { recording: this.followed } });
    } else if (grant !== null && open !== undefined) {
      link.send({ name: "open", ch: CHANNEL, value: { grant, open } });
    } else return;
    const entry = { ch: CHANNEL, next: this.receiver.next, credit: this.allowance() };
    link.send({ name: "resume", entries: [entry] }); // output need not wait for our word on OPENED
  }

  /** Take up the channel where it was; a front that lost it says CLOSE. */
  private resume(link: Link): void {
    const { kind } = this.data.channel;
    const { end, acked } = this.input;
    const { next } = this.receiver;
    const state = {
      ch: CHANNEL,
      key: this.followed,
      kind,
      next,
      credit: this.allowance(),
      end,
      acked,
    };
    link.send({ name: "channels", value: [state] });
  }

  /** OPEN to send, signed while the line is being dialled; none when the channel is open already. */
  private prepare(): Promise<Envelope | undefined> {
    const { grant, mode } = this.data;
    if (this.live || mode === "watch" || grant === null) return Promise.resolve(undefined);
    const { opening } = this.keys.kept;
    this.signed ??= opening === undefined ? this.signOpen(grant) : Promise.resolve(opening);
    return this.signed;
  }

  /** The counter is kept before the OPEN is sent: it is never used for another one. */
  private async signOpen(grant: Envelope): Promise<Envelope> {
    const { kept, key } = this.keys;
    kept.counter += 1;
    const open = await signedOpen(key, grant, this.data.channel, kept.counter);
    kept.opening = open;
    await this.around.keep(kept);
    return open;
  }

  private opened(value: Json): void {
    this.refusals = 0;
    this.live = true;
    if (this.data.mode === "open") this.remember();
    this.view.opened(value);
  }

  private remember(): void {
    const { kept } = this.keys;
    const { key, kind } = this.data.channel;
    if (!kept.channels.some((channel) => channel.key === key)) kept.channels.push({ key, kind });
    kept.opening = undefined;
    void this.around.keep(kept);
  }

  private refuse(value: Json): void {
    this.stop();
    this.view.refused(String(value.sentence ?? value.code ?? ""));
  }

  private finish(value: Json): void {
    this.stop();
    this.view.ended(String(value.sentence ?? ""));
  }

  /** The front sends us away: to come back later, to show another ticket, or for good. */
  private goodbye(value: Json): void {
    this.retryAfter = Number(value.retry_after) || 0;
    if (this.retryAfter > 0) return;
    this.refusals += 1;
    if (this.refusals >= REFUSALS_MOST) this.refuse(value);
  }

  // Time

  /** One timer, set to the link's next deadline. */
  private arm(): void {
    this.around.cancel(this.timer);
    const deadline = this.link?.deadline;
    if (deadline === undefined) return;
    const wait = Math.max(0, (deadline - this.around.now()) * 1000) + TIMER_SLACK_MS;
    this.timer = this.around.later(wait, () => {
      if (this.link?.tick(this.around.now())) this.abandon();
      else this.flush();
    });
  }

  private flush(): void {
    const { wire, link } = this;
    if (link === undefined || wire === undefined) return;
    if (wire.readyState === OPEN) {
      for (const message of link.transmit(this.around.now())) {
        this.bytes += message.length;
        wire.send(message);
      }
    }
    this.arm();
  }
}
