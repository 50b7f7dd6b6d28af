/** One shell of a session: its terminal, its foreseen echo, what the device testifies of it. */

import type { Json } from "../link/frames";
import { type Unit, unitLength } from "../link/streams";
import type { ChannelPlan, SessionData } from "../session/bootstrap";
import type { ChannelView, SessionChannel } from "../session/channel";
import { byRestart } from "../session/restarts";
import { Foresight } from "./foresight";
import { Screen } from "./screen";

const INPUT_TESTIMONY = 2;
const REDACTED_TESTIMONY = 3;
const RESIZE_COMMAND = 16;
const RESIZE_TESTIMONY = 4;
const EXIT_TESTIMONY = 5;
const ATTACHED_TESTIMONY = 13;
const NAME_MOST = 120;
const TESTIMONY_HEAD = 24; // time 8, salt 16

function resizeBody(columns: number, rows: number): Uint8Array {
  const body = new Uint8Array(4);
  const view = new DataView(body.buffer);
  view.setUint16(0, columns);
  view.setUint16(2, rows);
  return body;
}

/** What a shell tells its page. */
export interface ShellHost {
  readonly data: SessionData;
  opened(): void;
  /** Nothing more can be kept: what was typed last went nowhere. */
  full(): void;
  missing(bytes: number): void;
  /** Somebody of this name types from here on. */
  attached(name: string): void;
  ended(shell: Shell, sentence: string): void;
  /** The device restarts, and the shell ended with it. */
  restarted(): void;
}

/** What cannot be read as an object is an empty one. */
function object(payload: Uint8Array): Json {
  try {
    return (JSON.parse(new TextDecoder().decode(payload)) as Json | null) ?? {};
  } catch {
    return {};
  }
}

export class Shell implements ChannelView {
  readonly screen: Screen;
  readonly foresight: Foresight | undefined;
  /** Its technician has asked for its end. */
  leaving = false;
  over = false;
  /** The device has said that it went to somebody else: CLOSE says the same. */
  private told = false;
  private channel: SessionChannel | undefined;
  private readonly watching: boolean;

  constructor(
    readonly element: HTMLElement,
    readonly plan: ChannelPlan,
    private readonly host: ShellHost,
  ) {
    this.watching = host.data.mode === "watch";
    const events = {
      typed: (bytes: Uint8Array, words?: string) => {
        if (words !== undefined) this.foresight?.typed(words);
        if (this.channel?.type(bytes) === false && !this.over) host.full();
      },
      resized: () => this.tellSize(),
    };
    this.screen = new Screen(element, events, this.watching);
    if (!this.watching) this.foresight = new Foresight(this.screen.terminal);
    const { columns, rows } = this.screen.size;
    if (plan.kind === "attach") return; // it runs already, in some size
    plan.parameters = { term: "xterm-256color", ...plan.parameters, columns, rows };
  }

  /** From here on `channel` is where keys go. */
  carry(channel: SessionChannel): void {
    this.channel = channel;
  }

  get carried(): SessionChannel | undefined {
    return this.channel;
  }

  /** A channel that was opened before this page was loaded may have been opened in another size. */
  tellSize(): void {
    const { columns, rows } = this.screen.size;
    if (!this.watching) this.command(RESIZE_COMMAND, resizeBody(columns, rows));
  }

  command(kind: number, body: Uint8Array): void {
    this.channel?.command(kind, body);
  }

  show(shown: boolean): void {
    this.element.hidden = !shown;
    if (shown && !this.watching) this.screen.terminal.focus();
  }

  unit(unit: Unit, offset: number): void {
    const after = offset + unitLength(unit);
    if (unit.kind === "data") {
      this.screen.write(unit.data, () => this.channel?.consumed(after));
      return;
    }
    if (unit.kind === "ctrl" && this.foresight !== undefined) this.foresee(unit);
    if (unit.kind === "gap") {
      this.host.missing(unit.length);
      const words = this.host.data.texts.gap ?? "missing, as the device itself declares";
      this.screen.say(`${unit.length} B ${words}`);
    } else this.testimony(unit.control, unit.body);
    // Drawn when everything before it is drawn.
    this.screen.write(new Uint8Array(), () => this.channel?.consumed(after));
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

  private testimony(kind: number, body: Uint8Array): void {
    const payload = body.subarray(TESTIMONY_HEAD);
    if (kind === RESIZE_TESTIMONY && this.watching && payload.length === 4) {
      const view = new DataView(payload.buffer, payload.byteOffset, 4);
      this.screen.resize(view.getUint16(0), view.getUint16(2));
    }
    if (kind === EXIT_TESTIMONY) this.exit(payload);
    if (kind === ATTACHED_TESTIMONY) this.attached(payload);
  }

  /** The device's own word that somebody else types from here on. */
  private attached(payload: Uint8Array): void {
    const { technician } = object(payload);
    if (typeof technician !== "string") return;
    const name = [...technician].slice(0, NAME_MOST).join("");
    const words = this.host.data.texts.handing_taken ?? "%s has taken this shell over.";
    this.screen.say(words.replace("%s", name));
    this.told = !this.watching && this.plan.kind === "shell";
    this.host.attached(name);
  }

  private exit(payload: Uint8Array): void {
    const value = object(payload);
    this.ended(this.exitWords(value), String(value.reason ?? ""));
  }

  /** How the shell ended, in words; what cannot be read as a status or a signal's name is left out. */
  private exitWords({ status, signal }: Json): string {
    const { texts } = this.host.data;
    const over = texts.ended ?? "The session is over.";
    if (Number.isInteger(status) && status !== 0) {
      return `${over} ${texts.status ?? "Exit status"} ${status}.`;
    }
    if (typeof signal === "string" && /^[A-Z0-9+]{1,12}$/.test(signal)) {
      return `${over} ${texts.signal ?? "Signal"} ${signal}.`;
    }
    return over;
  }

  opened(_value: Json): void {
    if (this.plan.kind === "attach") this.tellSize();
    if (!this.over) this.host.opened();
  }

  refused(sentence: string): void {
    this.ended(sentence);
  }

  /** The first word about the end stands: EXIT comes before the front's CLOSE. */
  ended(sentence: string, code = ""): void {
    if (this.over) return;
    this.over = true;
    const { texts } = this.host.data;
    const restarted = byRestart(code);
    const words = restarted ? (texts.restart_shell ?? sentence) : sentence || (texts.ended ?? "");
    if (!this.told) this.screen.say(words);
    this.screen.terminal.options.disableStdin = true;
    this.screen.terminal.options.cursorBlink = false;
    if (restarted) this.host.restarted();
    else this.host.ended(this, words);
  }
}
