/**
 * Keeps one session's link alive: connects, signs HELLO, opens or resumes its channels, reconnects with
 * growing pauses. Input stays in the send buffer until the device itself has acknowledged it.
 */

import { LinkError, RemoteError } from "../link/errors";
import type { Frame, Json } from "../link/frames";
import { Link, type LinkEvent, PRIORITY } from "../link/link";
import { FIRST_SESSION_CHANNEL } from "../link/schedule";
import type { KeptSession } from "../signing/keyring";
import type { SessionKey } from "../signing/sshsig";
import { type ChannelPlan, type Envelope, Refused, type SessionData } from "./bootstrap";
import { type Carrier, type ChannelView, SessionChannel } from "./channel";
import { signedHello } from "./documents";
import { Openings } from "./openings";
import { byRestart } from "./restarts";
import { browser, OPEN, type Surroundings, type Wire } from "./surroundings";

export const OUTPUT_CREDIT = 1_048_576;
export const CAPPED_CREDIT = 8192; // what a key lets through when the data cap is reached
const FIRST_RETRY_MS = 150;
const LONGEST_RETRY_MS = 8000;
const HELLO_PATIENCE_MS = 20_000; // from dialling to WELCOME
const TIMER_SLACK_MS = 2;
const REFUSALS_MOST = 3; // a front that sends us away this often without any progress means it
export const TAKEN_UP = "taken-up";
const HANDED_OVER = "handed-over";
const PROTOCOL_FAULT = 4002; // WebSocket close code: the other end broke the protocol

export interface SessionView extends ChannelView {
  /** `waiting`: milliseconds until the next attempt. */
  link(state: "up" | "lost", waiting: number): void;
  notice(value: Json): void;
  /** Another browser of the same person types here now; or a colleague. */
  takenUp?(): void;
  handedOver?(): void;
  measured(rttSeconds: number | undefined, bytes: number, resumes: number): void;
  /** Whether the link goes without WebSocket. */
  slow?(on: boolean): void;
}

export interface Keys {
  key: SessionKey;
  kept: KeptSession;
}

/** A ticket for HELLO, or "" when the session key alone will do; `fresh`: the last one was refused. */
export type TicketSource = (fresh: boolean) => Promise<string>;

export class SessionConnection implements Carrier {
  readonly trickle = CAPPED_CREDIT;
  private readonly channels = new Map<number, SessionChannel>();
  readonly first: SessionChannel;
  private link: Link | undefined;
  private wire: Wire | undefined;
  private retry = FIRST_RETRY_MS;
  private wait: number | undefined;
  private timer: number | undefined;
  private patience: number | undefined;
  private readonly openings: Openings;
  private welcome = false;
  private finished = false;
  private refusals = 0;
  private retryAfter = 0;
  private greeted = false;
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
    this.openings = new Openings(data, keys, (entry) => around.keep(entry));
    const lends = data.channel.kind === "tunnel"; // the front uses its connections, this page signs
    this.first = lends
      ? new SessionChannel(0, data.channel, view, this)
      : this.add(data.channel, view);
  }

  start(): void {
    this.around.onReturn(() => this.hurry());
    this.connect();
  }

  /** No more reconnecting: the channel is over, or another page took it. */
  stop(): void {
    this.finished = true;
    for (const channel of this.channels.values()) channel.over = true;
    for (const timer of [this.timer, this.wait, this.patience]) this.around.cancel(timer);
    this.wire?.close();
  }

  /** Typed bytes of the first channel: kept until the device has them. False when no more can be. */
  type(bytes: Uint8Array): boolean {
    return this.first.type(bytes);
  }

  command(kind: number, body: Uint8Array): void {
    this.first.command(kind, body);
  }

  /** The view has drawn everything of the first channel below `offset`: let the device send on. */
  consumed(offset: number): void {
    this.first.consumed(offset);
  }

  /** One more channel of the session under the same grant, now or as soon as there is a link. */
  open(plan: ChannelPlan, view: ChannelView): SessionChannel {
    const channel = this.add(plan, view);
    const { link, wire } = this;
    if (link === undefined || !this.greeted) return channel;
    void this.openings.prepare(channel).then((open) => {
      if (this.wire !== wire || this.link !== link) return;
      this.join(link, channel, open);
      if (this.welcome && channel.resumed) view.opened({});
      this.flush();
    });
    return channel;
  }

  /** The technician leaves a channel: the device ends it. False while there is no link to say it on. */
  close({ ch }: SessionChannel): boolean {
    if (!this.welcome || this.link === undefined) return false;
    const value = { code: "closed", sentence: "The technician closed it." };
    this.link.send({ name: "close", ch, value });
    this.flush();
    return true;
  }

  /** Sign one connection for the front, which says that a request waits for it (front.md). */
  async lend(): Promise<void> {
    const { wire, link } = this;
    const { grant } = this.data;
    if (grant === null || link === undefined) return;
    const { ch, open } = await this.openings.lent(grant);
    if (this.wire !== wire) return; // what still waits is asked for again
    link.send({ name: "open", ch, value: { grant, open, lent: true } });
    this.flush();
  }

  private add(plan: ChannelPlan, view: ChannelView): SessionChannel {
    const ch = FIRST_SESSION_CHANNEL + this.channels.size;
    const channel = new SessionChannel(ch, plan, view, this);
    channel.live = this.keys.kept.channels.some((each) => each.key === plan.key);
    this.channels.set(ch, channel);
    return channel;
  }

  /** At most this many bytes in both directions (undefined: any); then output waits for keys. */
  cap(bytes: number | undefined): void {
    this.most = bytes ?? Number.POSITIVE_INFINITY;
    for (const channel of this.channels.values()) channel.consumed(0);
  }

  get capped(): boolean {
    return this.bytes >= this.most;
  }

  /** Near the cap no more is asked for than is left of it. */
  get window(): number {
    return Math.max(CAPPED_CREDIT, Math.min(OUTPUT_CREDIT, this.most - this.bytes));
  }

  credit(ch: number, limit: number): boolean {
    if (!this.welcome) return false;
    this.link?.send({ name: "credit", ch, limit });
    return true;
  }

  // The connection

  private connect(): void {
    const wire = this.around.dial(this.data.link);
    for (const channel of this.lasting) void this.openings.prepare(channel); // while the line is dialled
    wire.binaryType = "arraybuffer";
    this.wire = wire;
    this.link = new Link(this.around.now(), (ch) => this.classOf(ch));
    this.link.busy = true;
    this.welcome = false;
    this.greeted = false;
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
    this.greeted = false;
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
    else {
      const channel = this.channels.get(event.ch);
      if (channel !== undefined) this.moved(channel, event);
    }
  }

  private moved(channel: SessionChannel, event: Exclude<LinkEvent, { name: "frame" }>): void {
    this.refusals = 0;
    if (event.name === "unit") channel.view.unit(event.unit, event.offset);
    else if (event.name === "acked") channel.acknowledged(event.offset);
  }

  /** The class of what comes in: bulk is acknowledged at once. */
  private classOf(ch: number): number {
    if (ch < FIRST_SESSION_CHANNEL) return PRIORITY.control;
    return this.channels.get(ch)?.bulk ? PRIORITY.bulk : PRIORITY.output;
  }

  private get lasting(): SessionChannel[] {
    return [...this.channels.values()].filter((channel) => !channel.over);
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
        this.opened(frame.ch, frame.value);
        break;
      case "refused":
        this.openings.turnedAway(this.channels.get(frame.ch)?.plan);
        this.closed(frame.ch, (channel) => channel.view.refused(words(frame.value)));
        break;
      case "close": {
        const { sentence = "", code = "" } = frame.value;
        if (code === TAKEN_UP || code === HANDED_OVER) this.forget(frame.ch, String(code));
        const tell = (channel: SessionChannel) =>
          channel.view.ended(String(sentence), String(code));
        this.closed(frame.ch, tell, String(code));
        break;
      }
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
    const wanted = this.lasting;
    const opens = Promise.all(wanted.map((channel) => this.openings.prepare(channel)));
    const [value, prepared] = await Promise.all([hello, opens]);
    const { link } = this;
    if (this.wire !== wire || link === undefined) return;
    link.send({ name: "hello", value });
    this.greeted = true;
    wanted.forEach((channel, index) => {
      this.join(link, channel, prepared[index]);
    });
    this.flush();
    // Somebody may have asked for more while we signed.
    for (const late of this.lasting.filter((channel) => !wanted.includes(channel))) {
      const open = await this.openings.prepare(late);
      if (this.wire === wire) this.join(link, late, open);
    }
    this.flush();
  }

  private welcomed(): void {
    this.welcome = true;
    this.retry = FIRST_RETRY_MS;
    this.view.link("up", 0);
    this.view.slow?.(this.wire?.slow === true);
    for (const channel of this.lasting) if (channel.resumed) channel.view.opened({});
  }

  // The channels

  /** A channel's key: its own, or the recording that is watched. */
  private followed(channel: SessionChannel): string {
    const { key } = channel.plan;
    const { mode, recordings } = this.data;
    return mode === "watch" && !recordings.includes(key) ? (recordings[0] ?? key) : key;
  }

  /** Ask for a channel: the one there is, the recording to watch, or a new one. */
  private join(link: Link, channel: SessionChannel, open: Envelope | undefined): void {
    const { grant, mode } = this.data;
    const { ch } = channel;
    channel.attach(link, mode === "open");
    channel.resumed = channel.live;
    if (channel.live) {
      // Take it up where it was; a front that lost it says CLOSE.
      link.send({ name: "channels", value: [channel.state(this.followed(channel))] });
      return;
    }
    // A watcher follows from the start; after a lost link, from what it has.
    if (mode === "watch") {
      link.send({ name: "watch", ch, value: { recording: this.followed(channel) } });
    } else if (grant !== null && open !== undefined) {
      link.send({ name: "open", ch, value: { grant, open } });
    } else return;
    const entry = { ch, next: channel.receiver.next, credit: channel.allowance() };
    link.send({ name: "resume", entries: [entry] }); // output need not wait for our word on OPENED
  }

  private opened(ch: number, value: Json): void {
    const channel = this.channels.get(ch);
    if (channel === undefined) return;
    this.refusals = 0;
    channel.live = true;
    if (this.data.mode === "open") this.openings.remember(channel.plan);
    channel.view.opened(value);
  }

  /** Another browser, or a colleague's, has the channel now: this one would only be sent away. */
  private forget(ch: number, code: string): void {
    this.openings.forget(this.channels.get(ch)?.plan.key);
    if (code === HANDED_OVER) this.view.handedOver?.();
    else this.view.takenUp?.();
  }

  /** REFUSED or CLOSE: the page ends with its last shell, or with its first channel of another kind. */
  private closed(ch: number, tell: (channel: SessionChannel) => void, code = ""): void {
    const channel = this.channels.get(ch);
    if (channel === undefined || channel.over) return;
    channel.over = true;
    const shell = channel.plan.kind === "shell" || channel.plan.kind === "attach";
    const ends = channel === this.first && !shell;
    // A device that restarts comes back: the page goes on in a new shell.
    const last = this.lasting.length === 0 && !(shell && byRestart(code));
    if (ends || last) this.stop();
    tell(channel);
  }

  /** There is no way in. */
  private refuse(value: Json): void {
    this.stop();
    this.view.refused(words(value));
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

  flush(): void {
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

function words(value: Json): string {
  return String(value.sentence ?? value.code ?? "");
}
