/** A person at a terminal with a slow line to a shell: time moves in steps, everything arrives in order. */

import { type Overlay, Predictor } from "../../src/terminal/prediction/predictor";
import { Paper } from "./paper";
import { type Said, Shell } from "./shell";

const STEP_MS = 10;

interface Due<T> {
  at: number;
  what: T;
}

export class SlowLine {
  now = 0;
  readonly paper: Paper;
  readonly shell: Shell;
  readonly predictor = new Predictor();
  /** For every printing key: milliseconds until its character could be seen. */
  readonly felt: number[] = [];
  private up: Due<string>[] = [];
  private down: Due<Said>[] = [];
  private looking: { chars: string; at: number }[] = [];

  constructor(
    private readonly oneWay = 300,
    columns = 80,
  ) {
    this.paper = new Paper(columns);
    this.shell = new Shell((what) => this.down.push({ at: this.now + oneWay, what }), columns);
    this.shell.start();
    this.pass(1000);
  }

  get overlay(): Overlay {
    return this.predictor.overlay(this.paper);
  }

  /** The row as a person sees it. */
  seen(row = this.paper.row): string {
    const cells = Array.from({ length: this.paper.columns }, (_, at) => this.paper.cell(row, at));
    for (const each of this.overlay.cells) if (each.row === row) cells[each.column] = each.cell;
    return cells
      .map((cell) => (cell.width === 0 ? "" : cell.chars || " "))
      .join("")
      .trimEnd();
  }

  press(text: string, pause = 150): void {
    this.predictor.typed(text, this.paper, this.now);
    this.up.push({ at: this.now + this.oneWay, what: text });
    if (text >= " " && text !== "\x7f" && !text.startsWith("\x1b")) this.expect(text);
    this.pass(pause);
  }

  type(words: string, pause = 150): void {
    for (const chars of words) this.press(chars, pause);
  }

  /** Felt at once when its guess stands before the guessed cursor; else `found` waits for it. */
  private expect(chars: string): void {
    const { cells, cursor } = this.overlay;
    const there = cells.some(
      ({ row, column, cell }) =>
        row === cursor?.row &&
        column + cell.width === cursor.column &&
        cell.chars.startsWith(chars),
    );
    if (there || (chars === " " && cursor !== undefined)) this.felt.push(0);
    else this.looking.push({ chars, at: this.now });
  }

  pass(milliseconds: number): void {
    const until = this.now + milliseconds;
    while (this.now < until) {
      this.now += STEP_MS;
      while (this.up[0] !== undefined && this.up[0].at <= this.now) {
        this.shell.hear(this.up.shift()?.what ?? "");
      }
      while (this.down[0] !== undefined && this.down[0].at <= this.now) this.arrive();
      this.predictor.look(this.paper, this.now);
      this.found();
    }
  }

  private arrive(): void {
    const said = this.down.shift()?.what;
    if (said?.kind === "output") this.paper.write(said.words);
    else if (said?.kind === "input") this.predictor.testified(said.bytes, this.now);
    else this.predictor.redacted();
  }

  /** A key not foreseen at once is felt when its guess appears, or when its echo is there. */
  private found(): void {
    const texts = this.overlay.cells.map((each) => each.cell.chars);
    this.looking = this.looking.filter((each) => {
      const shown = texts.includes(each.chars) || this.now - each.at >= 2 * this.oneWay;
      if (shown) this.felt.push(this.now - each.at);
      return !shown;
    });
  }
}
