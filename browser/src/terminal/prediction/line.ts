/** The line being typed, as it will look: guesses over the real cells, and where the cursor will be. */

import { BLANK, blank, type Cell, type Shown, same } from "./screen";

export interface Place {
  row: number;
  column: number;
}

interface Stamp {
  /** The guess can be judged when the device has heard this many bytes. */
  end: number;
  at: number;
  epoch: number;
}

/** One cell as it will be; `cell` undefined: it changes, but nobody knows into what. */
export interface Guess extends Place, Stamp {
  cell: Cell | undefined;
  /** Whether being right proves anything: the cell has not looked like this before. */
  news: boolean;
  seen: boolean;
  before: Cell[];
}

interface Cursor extends Place {
  end: number;
  epoch: number;
}

export class Line {
  first: Place | undefined;
  private readonly cells = new Map<string, Guess>();
  private cursors: Cursor[] = [];
  /** Where typing began: what stands left of it is not ours to rub out. */
  private floor: Place | undefined;

  get active(): boolean {
    return this.cells.size > 0 || this.cursors.length > 0;
  }

  get cursor(): Cursor | undefined {
    return this.cursors.at(-1);
  }

  /** The cursor of the newest epoch that is confirmed. */
  cursorOf(confirmed: number): Cursor | undefined {
    return this.cursors.findLast((each) => each.epoch <= confirmed);
  }

  guesses(): Guess[] {
    return [...this.cells.values()];
  }

  drop(guess: Guess): void {
    this.cells.delete(`${guess.row} ${guess.column}`);
  }

  /** The cursor is where it was foreseen: start from the real one next time. */
  settled(confirmed: number): void {
    const last = this.cursor;
    if (this.cells.size > 0 || last === undefined || last.epoch > confirmed) return;
    this.cursors = [];
  }

  clear(): void {
    this.cells.clear();
    this.cursors = [];
    this.first = undefined;
  }

  /** Take the real cursor unless guesses stand; returns whether it was taken. */
  begin(screen: Shown, epoch: number, fresh: boolean): boolean {
    if (this.cursor !== undefined) {
      if (this.cursor.epoch !== epoch) this.cursors.push({ ...this.cursor, epoch });
      return false;
    }
    const { row, column } = screen;
    this.cursors = [{ row, column, end: 0, epoch }];
    this.first = { row, column };
    const { floor } = this;
    if (fresh || floor === undefined || floor.row !== row || column < floor.column) {
      this.floor = { row, column };
    }
    return true;
  }

  /** "margin": the last column is filled, the rest is another line's; "unsure": not foreseen. */
  print(chars: string, width: number, screen: Shown, stamp: Stamp): "done" | "margin" | "unsure" {
    const { cursor } = this;
    if (cursor === undefined) return "unsure";
    if (width === 0) return this.combine(chars, screen, stamp) ? "done" : "unsure";
    const { row, column } = cursor;
    if (column + width > screen.columns) return "unsure";
    const shifts = this.followed(screen, row, column);
    if (shifts && column + width === screen.columns) return "unsure";
    if (shifts) this.shift(screen, { row, column }, width, stamp);
    this.put(row, column, { chars, width }, screen, stamp);
    if (width === 2) this.put(row, column + 1, { chars: "", width: 0 }, screen, stamp);
    this.move(column + width, stamp);
    return column + width === screen.columns ? "margin" : "done";
  }

  /** Everything from here on moves right; what leaves the row is not known. */
  private shift(screen: Shown, { row, column }: Place, width: number, stamp: Stamp): void {
    for (let at = screen.columns - 1; at >= column + width; at -= 1) {
      const edge = at >= screen.columns - width;
      this.put(row, at, edge ? undefined : this.view(screen, row, at - width), screen, stamp);
    }
  }

  /** After the last column: the next row, for what is typed now and not yet proven. */
  wrap(screen: Shown, epoch: number, end: number): void {
    const { cursor } = this;
    if (cursor === undefined) return;
    const last = this.cells.get(`${cursor.row} ${screen.columns - 1}`);
    if (last !== undefined) last.epoch = epoch;
    this.cursors.push({ row: cursor.row + 1, column: 0, end, epoch });
    this.floor = this.floor && { row: cursor.row + 1, column: 0 };
  }

  /** False when it is not certain what this key does here. */
  edit(kind: "backspace" | "left" | "right", screen: Shown, stamp: Stamp): boolean {
    const { cursor } = this;
    if (cursor === undefined) return false;
    if (kind === "right") return this.right(screen, cursor, stamp);
    const width = this.widthBefore(screen, cursor);
    if (width === 0) return false;
    const { row } = cursor;
    const column = cursor.column - width;
    if (kind === "backspace") this.rubOut(screen, row, column, width, stamp);
    this.move(column, stamp);
    return true;
  }

  private right(screen: Shown, { row, column }: Cursor, stamp: Stamp): boolean {
    const here = this.view(screen, row, column);
    if (here === undefined || !this.followed(screen, row, column)) return false;
    const width = here.width || 1;
    if (column + width >= screen.columns) return false;
    this.move(column + width, stamp);
    return true;
  }

  /** The width of the character before the cursor; 0 when it is not ours or not simple. */
  private widthBefore(screen: Shown, { row, column }: Cursor): number {
    const least = this.floor?.row === row ? this.floor.column : 0;
    if (column <= least) return 0;
    let width = 1;
    let before = this.view(screen, row, column - 1);
    if (before?.width === 0) {
      width = 2;
      before = this.view(screen, row, column - 2);
    }
    if (before === undefined || column - width < least) return 0;
    return [...before.chars].length > 1 ? 0 : width;
  }

  private rubOut(screen: Shown, row: number, column: number, width: number, stamp: Stamp): void {
    const shifts = this.followed(screen, row, column + width);
    const end = shifts ? screen.columns : column + width;
    for (let at = column; at < end; at += 1) {
      const known = at + width < screen.columns;
      const cell = !shifts ? BLANK : known ? this.view(screen, row, at + width) : undefined;
      this.put(row, at, cell, screen, stamp);
    }
  }

  /** A combining mark joins the character before it, if that is a guess of ours. */
  private combine(chars: string, screen: Shown, stamp: Stamp): boolean {
    const { cursor } = this;
    if (cursor === undefined) return false;
    const back = this.view(screen, cursor.row, cursor.column - 1)?.width === 0 ? 2 : 1;
    const base = this.view(screen, cursor.row, cursor.column - back);
    if (base === undefined || blank(base)) return false;
    const { row, column } = cursor;
    if (this.followed(screen, row, column)) return false;
    const joined = (base.chars + chars).normalize("NFD");
    this.put(row, column - back, { chars: joined, width: base.width }, screen, stamp);
    this.move(column, stamp);
    return true;
  }

  /** Whether text stands at the place or right behind it, so that it moves with what is typed. */
  private followed(screen: Shown, row: number, column: number): boolean {
    for (let at = column; at < Math.min(column + 2, screen.columns); at += 1) {
      const cell = this.view(screen, row, at);
      if (cell === undefined || !blank(cell)) return true;
    }
    return false;
  }

  /** The cell as it will be. */
  private view(screen: Shown, row: number, column: number): Cell | undefined {
    const guess = this.cells.get(`${row} ${column}`);
    return guess === undefined ? screen.cell(row, column) : guess.cell;
  }

  private put(
    row: number,
    column: number,
    cell: Cell | undefined,
    screen: Shown,
    stamp: Stamp,
  ): void {
    const key = `${row} ${column}`;
    const real = screen.cell(row, column);
    const older = this.cells.get(key);
    if (older === undefined && cell !== undefined && blank(cell) && blank(real)) return;
    const before = [...(older?.before ?? []), real];
    const news = cell !== undefined && !blank(cell) && !before.some((each) => same(each, cell));
    const seen = older?.seen === true && older.cell !== undefined && cell === older.cell;
    this.cells.set(key, { row, column, cell, ...stamp, news, seen, before });
  }

  private move(column: number, { end, epoch }: Stamp): void {
    const last = this.cursor;
    if (last === undefined) return;
    this.cursors[this.cursors.length - 1] = { row: last.row, column, end, epoch };
  }
}
