/**
 * Local echo while the line is slow, after the rules of mosh (Winstein and Balakrishnan, USENIX ATC 2012): every
 * guess belongs to an epoch, an epoch is shown only when the screen has confirmed one of its guesses, and any key
 * whose effect is not certain begins a new one. So nothing is ever shown where input is not echoed. Pure: keys,
 * the screen as it is and the time in, cells to lay over the screen out; the terminal itself is never changed.
 */

import { type Act, acts, type Sent } from "./actions";
import { Display } from "./display";
import { type Guess, Line, type Place } from "./line";
import { type Cell, type Shown, same } from "./screen";
import { Heard } from "./testimony";

const PASTE_BYTES = 100;
const ECHO_PATIENCE_MS = 150; // from testimony to echo, at most
const SETTLE_MS = 60; // from the testimony of Enter to the prompt, usually
const PROMPTS_MOST = 32;
const PROMPT = /\S.{2,}[$#%>❯] $/u;
const MASKS = new Set(["*", "•", "●"]);

export interface OverlayCell extends Place {
  cell: Cell;
}

export interface Overlay {
  cells: OverlayCell[];
  cursor: Place | undefined;
}

/** How predictions did; `shown` and `wrong` count cells that a person could see. */
export interface Score {
  shown: number;
  wrong: number;
}

export class Predictor {
  readonly score: Score = { shown: 0, wrong: 0 };
  private readonly heard = new Heard();
  private readonly display = new Display();
  private readonly line = new Line();
  private readonly prompts = new Set<string>();
  private flight: Sent[] = [];
  private epoch = 1;
  private confirmed = 0;
  private prompt = "";
  private blockedUntil = 0;
  private fresh = true;
  private secret = false;
  private jumped = false;
  private columns = 0;

  constructor(public enabled = true) {}

  /** Whether time alone may change something: call `look` again within 50 ms. */
  get active(): boolean {
    return this.line.active || this.flight.length > 0;
  }

  /** Milliseconds from a key to the device and back. */
  get roundTrip(): number | undefined {
    return this.display.roundTrip;
  }

  // What happens

  typed(text: string, screen: Shown, now: number): void {
    this.look(screen, now);
    const bytes = new TextEncoder().encode(text);
    let end = this.heard.sent;
    this.heard.type(bytes);
    const pasted = bytes.length > PASTE_BYTES;
    const all = pasted ? [{ act: { kind: "other" } as Act, bytes: bytes.length }] : acts(text);
    for (const { act, bytes: length } of all) {
      end += length;
      const sent = { ...act, end, at: now };
      this.flight.push(sent);
      this.apply(sent, screen, now);
    }
  }

  /** The device accepted these bytes, and what follows shows what they did. */
  testified(bytes: Uint8Array, now: number): void {
    this.secret = false;
    const known = this.heard.testified(bytes, now);
    for (const each of this.flight) {
      if (each.end <= this.heard.until) this.display.measured(now - each.at, this.line.active);
    }
    this.flight = this.heard.flying(this.flight);
    if (!known && bytes.length > 0 && this.line.active) this.jumped = true;
  }

  /** The device accepted bytes without echo: nobody is shown what is typed now. */
  redacted(): void {
    this.secret = true;
    this.prompts.clear();
    this.forget();
  }

  acknowledged(now: number): void {
    this.heard.acknowledged(now);
  }

  /** The output placed the cursor by address: nothing foreseen before is sure. */
  addressed(): void {
    if (this.line.active) this.jumped = true;
    else this.doubt();
  }

  /** Compare with the screen: after output was drawn, and now and then while `active`. */
  look(screen: Shown, now: number): void {
    this.heard.settle(now);
    this.flight = this.heard.flying(this.flight);
    const resized = this.columns !== screen.columns;
    this.columns = screen.columns;
    if (screen.alternate || resized || this.secret || !this.enabled) {
      this.forget();
      return;
    }
    if (this.jumped || this.strayed(screen)) this.restart(screen, now);
    this.judge(screen, now);
    this.unblock(screen, now);
  }

  /** What to lay over the screen now. */
  overlay(screen: Shown): Overlay {
    if (!this.enabled || !this.display.on || screen.alternate) {
      return { cells: [], cursor: undefined };
    }
    const cells = this.line.guesses().flatMap((guess) => this.visible(guess, screen));
    const cursor = this.line.cursorOf(this.confirmed);
    const moved = cursor && (cursor.row !== screen.row || cursor.column !== screen.column);
    return { cells, cursor: moved ? { row: cursor.row, column: cursor.column } : undefined };
  }

  private visible(guess: Guess, screen: Shown): OverlayCell[] {
    const { row, column, cell } = guess;
    if (guess.epoch > this.confirmed || cell === undefined) return [];
    if (same(cell, screen.cell(row, column))) return [];
    if (!guess.seen) this.score.shown += 1;
    guess.seen = true;
    return [{ row, column, cell }];
  }

  // Guessing

  private apply(sent: Sent, screen: Shown, now: number): void {
    if (this.secret || screen.alternate || !this.enabled || this.blockedUntil > 0) return;
    this.begin(screen);
    const stamp = { end: sent.end, at: now, epoch: this.epoch };
    if (sent.kind === "enter" || sent.kind === "other") this.block(sent);
    else if (sent.kind === "print") {
      const done = this.line.print(sent.chars, sent.width, screen, stamp);
      if (done === "margin") this.doubt(sent, screen);
      else if (done === "unsure") this.block(sent);
    } else if (!this.line.edit(sent.kind, screen, stamp)) this.block(sent);
  }

  /** A key whose effect nobody can know: wait until the screen shows it. */
  private block(sent: Sent): void {
    this.fresh ||= sent.kind === "enter";
    this.blockedUntil = sent.end;
    this.doubt();
  }

  /** Begin at the real cursor, unless guesses stand already; a prompt known to echo needs no proof. */
  private begin(screen: Shown): void {
    if (!this.line.begin(screen, this.epoch, this.fresh)) return;
    this.fresh = false;
    this.prompt = "";
    for (let column = 0; column < screen.column; column += 1) {
      const { chars, width } = screen.cell(screen.row, column);
      if (width > 0) this.prompt += chars || " ";
    }
    if (this.prompts.has(this.prompt)) this.confirmed = this.epoch;
  }

  /** A new epoch; at the margin the guesses of this key already belong to it. */
  private doubt(sent?: Sent, screen?: Shown): void {
    this.epoch += 1;
    if (sent !== undefined && screen !== undefined) this.line.wrap(screen, this.epoch, sent.end);
  }

  // Judging

  private judge(screen: Shown, now: number): void {
    for (const guess of this.line.guesses()) {
      if (this.fits(guess, screen, now)) continue;
      if (guess.seen) this.score.wrong += 1;
      this.prompts.delete(this.prompt); // whatever this is, it does not simply echo
      this.restart(screen, now);
      return;
    }
    const last = this.line.cursor;
    const since = last && this.heard.since(last.end);
    if (last === undefined || since === undefined) return;
    if (last.row === screen.row && last.column === screen.column) this.line.settled(this.confirmed);
    else if (now - since >= ECHO_PATIENCE_MS) this.restart(screen, now);
  }

  /** False when the device has heard the key and the screen shows something else. */
  private fits(guess: Guess, screen: Shown, now: number): boolean {
    const since = this.heard.since(guess.end);
    if (since === undefined) this.display.waiting(now - guess.at);
    else if (guess.cell === undefined || same(guess.cell, screen.cell(guess.row, guess.column))) {
      this.right(guess, now);
    } else return now - since < ECHO_PATIENCE_MS;
    return true;
  }

  private right(guess: Guess, now: number): void {
    const credit = guess.cell !== undefined && !MASKS.has(guess.cell.chars) && guess.news;
    if (credit) {
      this.confirmed = Math.max(this.confirmed, guess.epoch);
      this.display.confirmed(now - guess.at, now);
      this.learn();
    }
    this.line.drop(guess);
  }

  private learn(): void {
    if (!PROMPT.test(this.prompt) || this.prompts.has(this.prompt)) return;
    if (this.prompts.size >= PROMPTS_MOST) this.prompts.clear();
    this.prompts.add(this.prompt);
  }

  /** The cursor went where no guess put it: something else was printed. */
  private strayed(screen: Shown): boolean {
    const { first, cursor } = this.line;
    if (first === undefined || cursor === undefined || this.blockedUntil > 0) return false;
    return screen.row < first.row || screen.row > cursor.row;
  }

  /** Guess anew, from the cursor as it is and the keys still on their way; unproven until confirmed. */
  private restart(screen: Shown, now: number): void {
    this.forget();
    this.replay(screen, now, this.heard.until);
  }

  private forget(): void {
    this.jumped = false;
    this.blockedUntil = 0;
    if (this.line.active) this.epoch += 1;
    this.line.clear();
  }

  private unblock(screen: Shown, now: number): void {
    if (this.blockedUntil === 0) return;
    const since = this.heard.since(this.blockedUntil);
    if (since === undefined || now - since < SETTLE_MS) return;
    const after = this.blockedUntil;
    this.blockedUntil = 0;
    this.line.clear();
    this.replay(screen, now, after);
  }

  private replay(screen: Shown, now: number, after: number): void {
    for (const sent of this.heard.flying(this.flight)) {
      if (sent.end > after) this.apply(sent, screen, now);
    }
  }
}
