/**
 * Keeps one session's link alive: connects, signs HELLO, opens or resumes the channel, reconnects with
 * growing pauses. Input stays in the send buffer until the device itself has acknowledged it.
 */

import { LinkError } from "../link/errors";
import type { Frame, Json } from "../link/frames";
import { Link, PRIORITY } from "../link/link";
import { Receiver, SendBuffer, type Unit } from "../link/streams";
import type { KeptSession } from "../signing/keyring";
import { keep } from "../signing/keyring";
import type { SessionKey } from "../signing/sshsig";
import { Refused, type SessionData } from "./bootstrap";
import { signedHello, signedOpen } from "./documents";

const CHANNEL = 16; // the first session number of the protocol
const OUTPUT_CREDIT = 1_048_576;
const FIRST_RETRY_MS = 150;
const LONGEST_RETRY_MS = 8000;
const TICK_MS = 25;

export interface SessionView {
  unit(unit: Unit, offset: number): void;
  opened(value: Json): void;
  refused(sentence: string): void;
  ended(sentence: string): void;
  link(state: "up" | "lost", waiting: number): void;
  notice(value: Json): void;
  measured(rttSeconds: number, bytes: number, resumes: number): void;
}

export interface Keys {
  key: SessionKey;
  kept: KeptSession;
}

const seconds = (): number => performance.now() / 1000;

export class SessionConnection {
  readonly input = new SendBuffer();
  private readonly receiver = new Receiver();
  private link: Link | undefined;
  private socket: WebSocket | undefined;
  private retry = FIRST_RETRY_MS;
  private timer: number | undefined;
  private live = false;
  private finished = false;
  private granted = 0;
  private bytes = 0;
  private resumes = 0;
  private drawn = 0;

  constructor(
    private readonly data: SessionData,
    private readonly keys: Keys,
    private readonly ticket: () => Promise<string>,
    private readonly view: SessionView,
  ) {
    this.live = keys.kept.channels.some((channel) => channel.key === data.channel.key);
  }

  start(): void {
    this.timer = window.setInterval(() => this.tick(), TICK_MS);
    this.connect();
  }

  /** No more reconnecting: the channel is over. */
  stop(): void {
    this.finished = true;
    window.clearInterval(this.timer);
    this.socket?.close();
  }

  /** Typed bytes: kept until the device has them. */
  type(bytes: Uint8Array): void {
    this.input.write(bytes);
    this.flush();
  }

  command(kind: number, body: Uint8Array): void {
    this.input.control(kind, body);
    this.flush();
  }

  /** The view has drawn everything below `offset`: let the device send on. */
  consumed(offset: number): void {
    this.drawn = offset;
    if (this.drawn + OUTPUT_CREDIT / 2 < this.granted) return;
    this.granted = this.drawn + OUTPUT_CREDIT;
    this.link?.send({ name: "credit", ch: CHANNEL, limit: this.granted });
    this.flush();
  }

  private connect(): void {
    const url = new URL(this.data.link, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url, "reachback.link.1");
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.link = new Link(seconds());
    socket.onmessage = (event: MessageEvent<ArrayBuffer>) => {
      if (this.socket === socket) this.receive(new Uint8Array(event.data));
    };
    socket.onclose = () => {
      if (this.socket === socket) this.lost();
    };
  }

  private receive(bytes: Uint8Array): void {
    const link = this.link;
    if (link === undefined) return;
    this.bytes += bytes.length;
    try {
      for (const event of link.receive(bytes, seconds())) {
        if (event.name === "unit") this.view.unit(event.unit, event.offset);
        else if (event.name === "frame") this.frame(event.frame);
      }
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      this.socket?.close(4002, error.code);
    }
    this.flush();
  }

  private frame(frame: Frame): void {
    switch (frame.name) {
      case "challenge":
        void this.greet(frame.value);
        break;
      case "welcome":
        this.welcomed();
        break;
      case "opened":
        void this.opened(frame.value);
        break;
      case "refused":
        this.refused(frame.value);
        break;
      case "close":
        this.view.ended(String(frame.value.sentence ?? ""));
        this.finish();
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

  private async greet(challenge: Json): Promise<void> {
    const socket = this.socket;
    let ticket: string;
    try {
      ticket = await this.ticket();
    } catch (error) {
      if (error instanceof Refused) this.refused({ sentence: error.message });
      else socket?.close();
      return;
    }
    const hello = await signedHello(this.keys.key, {
      nonce: String(challenge.nonce),
      node: String(challenge.node),
      session: this.data.session,
      ticket,
      issued: Date.now(),
    });
    if (this.socket !== socket) return;
    this.link?.send({ name: "hello", value: hello });
    this.flush();
  }

  private welcomed(): void {
    this.retry = FIRST_RETRY_MS;
    this.view.link("up", 0);
    const link = this.link;
    if (link === undefined) return;
    if (this.data.mode === "watch") {
      link.expect(CHANNEL, this.receiver);
      link.send({ name: "watch", ch: CHANNEL, value: { recording: this.data.channel.key } });
    } else if (this.live) {
      this.prepare(link);
      this.resume(link);
    } else void this.open(link);
    this.flush();
  }

  private prepare(link: Link): void {
    link.attach(CHANNEL, this.input, PRIORITY.input);
    link.expect(CHANNEL, this.receiver);
  }

  private resume(link: Link): void {
    this.granted = this.drawn + OUTPUT_CREDIT;
    const { key, kind } = this.data.channel;
    const { end, acked } = this.input;
    const next = this.receiver.next;
    link.send({
      name: "channels",
      value: [{ ch: CHANNEL, key, kind, next, credit: this.granted, end, acked }],
    });
  }

  private async open(link: Link): Promise<void> {
    const grant = this.data.grant;
    if (grant === null) return;
    this.prepare(link);
    this.keys.kept.counter += 1;
    await keep(this.keys.kept);
    const open = await signedOpen(this.keys.key, grant, this.data.channel, this.keys.kept.counter);
    if (this.link !== link) return;
    link.send({ name: "open", ch: CHANNEL, value: { grant, open } });
    this.flush();
  }

  private async opened(value: Json): Promise<void> {
    if (!this.live && this.data.mode === "open") {
      this.live = true;
      const { key, kind } = this.data.channel;
      this.keys.kept.channels.push({ key, kind });
      await keep(this.keys.kept);
    }
    this.granted = this.drawn + OUTPUT_CREDIT;
    const entry = { ch: CHANNEL, next: this.receiver.next, credit: this.granted };
    this.link?.send({ name: "resume", entries: [entry] });
    this.view.opened(value);
    this.flush();
  }

  private refused(value: Json): void {
    this.view.refused(String(value.sentence ?? value.code));
    this.finish();
  }

  private goodbye(value: Json): void {
    const final = ["ended", "refused", "revoked", "not-yours", "unknown-session"].includes(
      value.code,
    );
    if (final) {
      this.view.ended(String(value.sentence ?? ""));
      this.finish();
    }
  }

  private finish(): void {
    this.stop();
  }

  private lost(): void {
    this.socket = undefined;
    this.link = undefined;
    if (this.finished) return;
    this.resumes += 1;
    // Full jitter over the upper half: a restarted front is not met by everybody at once.
    const jitter = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
    const pause = this.retry * (0.5 + jitter / 2 ** 33);
    this.retry = Math.min(this.retry * 1.7, LONGEST_RETRY_MS);
    this.view.link("lost", pause);
    window.setTimeout(() => {
      if (!this.finished && this.socket === undefined) this.connect();
    }, pause);
  }

  private tick(): void {
    if (this.link === undefined || this.socket?.readyState !== WebSocket.OPEN) return;
    if (this.link.tick(seconds())) {
      const dead = this.socket;
      this.lost();
      dead.close();
      return;
    }
    this.flush();
    this.view.measured(this.link.rtt, this.bytes, this.resumes);
  }

  private flush(): void {
    const socket = this.socket;
    if (this.link === undefined || socket?.readyState !== WebSocket.OPEN) return;
    for (const message of this.link.transmit(seconds())) socket.send(message as BufferSource);
  }
}
