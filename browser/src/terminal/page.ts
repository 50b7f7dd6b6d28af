/** Joins the terminal, the bar and the connection of one session. */

import type { Json } from "../link/frames";
import { type Unit, unitLength } from "../link/streams";
import { post, Refused, type SessionData } from "../session/bootstrap";
import {
  type Keys,
  SessionConnection,
  type SessionView,
  type TicketSource,
} from "../session/connection";
import type { Surroundings } from "../session/surroundings";
import { SessionBar } from "./bar";
import { Screen } from "./screen";

const RESIZE_COMMAND = 16;
const RESIZE_TESTIMONY = 4;
const EXIT_TESTIMONY = 5;
const TESTIMONY_HEAD = 24; // time 8, salt 16
const FULL = "The line is down and no more can be kept: this was not typed.";

function resizeBody(columns: number, rows: number): Uint8Array {
  const body = new Uint8Array(4);
  const view = new DataView(body.buffer);
  view.setUint16(0, columns);
  view.setUint16(2, rows);
  return body;
}

export class SessionPage implements SessionView {
  readonly screen: Screen;
  private readonly bar: SessionBar;
  private readonly connection: SessionConnection;
  private readonly watching: boolean;
  private legs = { browser: true, device: true };
  private lostAt = 0;
  private missing = 0;
  private over = false;

  constructor(
    element: HTMLElement,
    private readonly data: SessionData,
    keys: Keys,
    ticket: TicketSource,
    around?: Surroundings,
  ) {
    this.watching = data.mode === "watch";
    this.bar = new SessionBar(data.device.zone, data.expires);
    const events = {
      typed: (bytes: Uint8Array) => {
        if (!this.connection.type(bytes) && !this.over) this.bar.state(FULL, "lost");
      },
      resized: (columns: number, rows: number) => {
        if (!this.watching) this.connection.command(RESIZE_COMMAND, resizeBody(columns, rows));
      },
    };
    this.screen = new Screen(element, events, this.watching);
    const { columns, rows } = this.screen.size;
    data.channel.parameters = { term: "xterm-256color", ...data.channel.parameters, columns, rows };
    // A channel opened before this page was loaded may have been opened in another size.
    const older = keys.kept.channels.length > 0 || keys.kept.opening !== undefined;
    this.connection = new SessionConnection(data, keys, ticket, this, around);
    if (older) events.resized(columns, rows);
    this.bar.onEnd(() => void this.end());
  }

  start(): void {
    this.connection.start();
    if (!this.watching) this.screen.terminal.focus();
  }

  /** Another page carries the session now: stop, and say so. */
  leave(words: string): void {
    this.connection.stop();
    this.close(words);
  }

  unit(unit: Unit, offset: number): void {
    const after = offset + unitLength(unit);
    if (unit.kind === "data") {
      this.screen.write(unit.data, () => this.connection.consumed(after));
      return;
    }
    if (unit.kind === "gap") {
      this.missing += unit.length;
      const words = this.data.texts.gap ?? "missing, as the device itself declares";
      this.screen.say(`${unit.length} B ${words}`);
    } else this.testimony(unit.control, unit.body);
    // Drawn when everything before it is drawn.
    this.screen.write(new Uint8Array(), () => this.connection.consumed(after));
  }

  private testimony(kind: number, body: Uint8Array): void {
    const payload = body.subarray(TESTIMONY_HEAD);
    if (kind === RESIZE_TESTIMONY && this.watching && payload.length === 4) {
      const view = new DataView(payload.buffer, payload.byteOffset, 4);
      this.screen.resize(view.getUint16(0), view.getUint16(2));
    }
    if (kind === EXIT_TESTIMONY) this.ended(this.exitWords(payload));
  }

  /** How the shell ended, in words; what cannot be read as a status or a signal's name is left out. */
  private exitWords(payload: Uint8Array): string {
    const { texts } = this.data;
    const over = texts.ended ?? "The session is over.";
    let value: Json;
    try {
      value = JSON.parse(new TextDecoder().decode(payload)) as Json;
    } catch {
      return over;
    }
    const { status, signal } = value ?? {};
    if (Number.isInteger(status) && status !== 0) {
      return `${over} ${texts.status ?? "Exit status"} ${status}.`;
    }
    if (typeof signal === "string" && /^[A-Z0-9+]{1,12}$/.test(signal)) {
      return `${over} ${texts.signal ?? "Signal"} ${signal}.`;
    }
    return over;
  }

  opened(_value: Json): void {
    if (this.over) return;
    this.bar.recording(true);
    if (this.lostAt > 0) return;
    this.bar.state(this.watching ? (this.data.texts.watching ?? "You are watching.") : "", "up");
  }

  refused(sentence: string): void {
    this.close(sentence);
  }

  /** The first word about the end stands: EXIT comes before the front's CLOSE. */
  ended(sentence: string): void {
    this.close(sentence || (this.data.texts.ended ?? ""));
  }

  private close(sentence: string): void {
    if (this.over) return;
    this.over = true;
    this.screen.say(sentence);
    this.screen.terminal.options.disableStdin = true;
    this.screen.terminal.options.cursorBlink = false;
    this.bar.recording(false);
    this.bar.state(sentence, "ended");
    document.querySelector<HTMLElement>("[data-session-after]")?.removeAttribute("hidden");
  }

  link(state: "up" | "lost", waiting: number): void {
    this.legs.browser = state === "up";
    this.tell(waiting);
  }

  notice(value: Json): void {
    this.bar.people(value);
    this.legs.device = value.device === "back";
    this.tell(0);
  }

  /** Both legs must stand for the session to be back. */
  private tell(waiting: number): void {
    if (this.over) return;
    if (!this.legs.browser || !this.legs.device) {
      this.lostAt ||= Date.now();
      const words = this.data.texts.reconnecting ?? "Reconnecting, nothing is lost.";
      const seconds = Math.ceil(waiting / 1000);
      this.bar.state(seconds > 0 ? `${words} ${seconds} s` : words, "lost");
    } else if (this.lostAt > 0) {
      const seconds = ((Date.now() - this.lostAt) / 1000).toFixed(1);
      this.lostAt = 0;
      const lost = `${this.missing} ${this.data.texts.nothing_lost ?? "bytes lost"}`;
      const back = this.data.texts.back ?? "Back after";
      this.bar.state(`${back} ${seconds} s · ${lost}`, "up");
    }
  }

  measured(rtt: number | undefined, bytes: number, resumes: number): void {
    this.bar.measured(rtt ?? 0, bytes, resumes);
  }

  private async end(): Promise<void> {
    try {
      await post(this.data.end_url, {});
    } catch (error) {
      const sentence = error instanceof Refused ? error.message : "The server cannot be reached.";
      this.bar.state(sentence, "up");
    }
  }
}
