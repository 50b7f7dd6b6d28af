/** A terminal's screen for tests: what readline and the tty's own echo need, and nothing else. */

import { columnsOf } from "../../src/terminal/prediction/actions";
import { BLANK, type Cell, type Shown } from "../../src/terminal/prediction/screen";

const PARTS = /\p{Cc}\[\??\d*[A-Za-z]|[\s\S]/gu;

export class Paper implements Shown {
  row = 0;
  column = 0;
  alternate = false;
  private readonly rows = new Map<number, Cell[]>();

  constructor(readonly columns = 80) {}

  cell(row: number, column: number): Cell {
    return this.rows.get(row)?.[column] ?? BLANK;
  }

  text(row: number): string {
    const cells = this.rows.get(row) ?? [];
    return Array.from(cells, (cell) => (cell?.width === 0 ? "" : cell?.chars || " "))
      .join("")
      .trimEnd();
  }

  write(words: string): void {
    for (const part of words.match(PARTS) ?? []) this.part(part);
  }

  private part(part: string): void {
    if (part.startsWith("\x1b")) this.control(part);
    else if (part === "\r") this.column = 0;
    else if (part === "\n") this.row += 1;
    else if (part === "\b") this.column = Math.max(0, this.column - 1);
    else if (part >= " ") this.put(part);
  }

  private control(part: string): void {
    if (part === "\x1b[K") this.rows.get(this.row)?.splice(this.column);
    if (part === "\x1b[?1049h") this.alternate = true;
    if (part === "\x1b[?1049l") this.alternate = false;
  }

  private put(chars: string): void {
    const width = columnsOf(chars) ?? 1;
    const line = this.rows.get(this.row) ?? [];
    this.rows.set(this.row, line);
    if (width === 0) {
      const at = line[this.column - 1]?.width === 0 ? this.column - 2 : this.column - 1;
      const base = line[at];
      if (base !== undefined) line[at] = { chars: base.chars + chars, width: base.width };
      return;
    }
    if (this.column + width > this.columns) {
      this.column = 0;
      this.row += 1;
      this.put(chars);
      return;
    }
    line[this.column] = { chars, width };
    if (width === 2) line[this.column + 1] = { chars: "", width: 0 };
    this.column += width;
  }
}
