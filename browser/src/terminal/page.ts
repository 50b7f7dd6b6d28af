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
import { DataCap } from "./cap";
import { Foresight } from "./foresight";
import { Screen } from "./screen";
import { offerSignals } from "./signals";
import { Tools } from "./tools";

const INPUT_TESTIMONY = 2;
const REDACTED_TESTIMONY = 3;
const RESIZE_COMMAND = 16;
const SIGNAL_COMMAND = 17;
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
  private attemptAt = 0;
  private readonly cap: DataCap;
  private readonly foresight: Foresight | undefined;

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
      typed: (bytes: Uint8Array, words?: string) => {
        if (words !== undefined) this.foresight?.typed(words);
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
    const { channels, openings = {} } = keys.kept;
    const older = channels.length > 0 || Object.keys(openings).length > 0;
    this.connection = new SessionConnection(data, keys, ticket, this, around);
    if (older) events.resized(columns, rows);
    this.bar.onEnd(() => void this.end());
    this.bar.everySecond = () => this.second();
    if (!this.watching) this.foresight = new Foresight(this.screen.terminal);
    const tools = new Tools(this.screen, element, () => this.switchEcho());
    this.screen.shape = (words) => tools.shaped(words);
    offerSignals(
      (name) => this.connection.command(SIGNAL_COMMAND, new TextEncoder().encode(name)),
      () => this.screen.terminal.focus(),
    );
    this.cap = new DataCap(data.session, (bytes) => this.connection.cap(bytes));
    this.bar.echo(this.foresight?.enabled ?? false);
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
    if (unit.kind === "ctrl" && this.foresight !== undefined) this.foresee(unit);
    if (unit.kind === "gap") {
      this.missing += unit.length;
      const words = this.data.texts.gap ?? "missing, as the device itself declares";
      this.screen.say(`${unit.length} B ${words}`);
    } else this.testimony(unit.control, unit.body);
    // Drawn when everything before it is drawn.
    this.screen.write(new Uint8Array(), () => this.connection.consumed(after));
  }

  /** The device's word on what was typed counts when everything printed before it is drawn. */
  private foresee({ control, body }: Extract<Unit, { kind: "ctrl" }>): void {
    if (control === INPUT_TESTIMONY) {
      const typed = body.slice(TESTIMONY_HEAD);
      this.screen.write(new Uint8Array(), () => this.foresight?.testified(typed));
    } else if (control === REDACTED_TESTIMONY) {
      this.screen.write(new Uint8Array(), () => this.foresight?.redacted());
    }
  }

  heard(): void {
    this.foresight?.acknowledged();
  }

  private switchEcho(): void {
    if (this.foresight === undefined) return;
    this.foresight.enabled = !this.foresight.enabled;
    this.bar.echo(this.foresight.enabled);
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
      this.attemptAt = Date.now() + waiting;
      this.second();
    } else if (this.lostAt > 0) {
      const seconds = ((Date.now() - this.lostAt) / 1000).toFixed(1);
      this.lostAt = 0;
      const lost = `${this.missing} ${this.data.texts.nothing_lost ?? "bytes lost"}`;
      const back = this.data.texts.back ?? "Back after";
      this.bar.state(`${back} ${seconds} s · ${lost}`, "up");
    }
  }

  /** While a leg is lost: how long until the next attempt, or else how long it has been. */
  private second(): void {
    if (this.over || this.lostAt === 0) return;
    const wait = Math.ceil((this.attemptAt - Date.now()) / 1000);
    const seconds = wait > 0 ? wait : Math.round((Date.now() - this.lostAt) / 1000);
    const words = this.data.texts.reconnecting ?? "Reconnecting… %s s, nothing is lost.";
    this.bar.state(words.replace("%s", String(seconds)), "lost");
  }

  measured(rtt: number | undefined, bytes: number, resumes: number): void {
    // The way to the device is longer than the way to the server: keys have measured it.
    this.bar.measured(this.foresight?.roundTrip ?? rtt ?? 0, bytes, resumes);
    const { tone, words } = this.cap.state(bytes, this.data.texts);
    this.bar.cap(tone, words);
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
