/** Draws guesses over the terminal, underlined until the screen itself shows them. The terminal keeps its own. */

import type { Terminal } from "@xterm/xterm";
import type { Overlay, OverlayCell } from "./predictor";
import { BLANK, type Cell, type Shown } from "./screen";

/** xterm.js as a predictor sees it. */
export class XtermScreen implements Shown {
  constructor(private readonly terminal: Terminal) {}

  get columns(): number {
    return this.terminal.cols;
  }

  get row(): number {
    const { baseY, cursorY } = this.terminal.buffer.active;
    return baseY + cursorY;
  }

  get column(): number {
    return this.terminal.buffer.active.cursorX;
  }

  get alternate(): boolean {
    return this.terminal.buffer.active.type === "alternate";
  }

  cell(row: number, column: number): Cell {
    const found = this.terminal.buffer.active.getLine(row)?.getCell(column);
    return found === undefined ? BLANK : { chars: found.getChars(), width: found.getWidth() };
  }
}

export class Layer {
  private readonly element = document.createElement("div");
  private drawn = "";

  constructor(private readonly terminal: Terminal) {
    this.element.className = "guesses";
    this.element.ariaHidden = "true"; // a reader is told what really stands there
    this.terminal.element?.querySelector(".xterm-screen")?.append(this.element);
  }

  show(overlay: Overlay): void {
    const { viewportY } = this.terminal.buffer.active;
    const key = JSON.stringify([overlay, viewportY, this.terminal.options.fontSize]);
    if (key === this.drawn) return;
    this.drawn = key;
    const { cells, cursor } = overlay;
    const drawn = cells.filter((each) => each.cell.width > 0); // a wide one covers both its columns
    const marks = drawn.map((each) => this.mark(each, viewportY, "guess"));
    if (cursor !== undefined) {
      const under = cells.find((each) => each.row === cursor.row && each.column === cursor.column);
      const cell = under?.cell ?? new XtermScreen(this.terminal).cell(cursor.row, cursor.column);
      marks.push(this.mark({ ...cursor, cell }, viewportY, "guess guess-cursor"));
    }
    this.terminal.element?.classList.toggle("is-guessing", cursor !== undefined);
    this.element.replaceChildren(...marks);
  }

  private mark({ row, column, cell }: OverlayCell, top: number, name: string): HTMLElement {
    const { cols, rows, options } = this.terminal;
    const screen = this.element.parentElement;
    const width = (screen?.clientWidth ?? 0) / cols;
    const height = (screen?.clientHeight ?? 0) / rows;
    const mark = document.createElement("span");
    mark.className = name;
    mark.textContent = cell.chars === "" ? " " : cell.chars;
    mark.hidden = row < top || row >= top + rows;
    Object.assign(mark.style, {
      left: `${column * width}px`,
      top: `${(row - top) * height}px`,
      width: `${Math.max(1, cell.width) * width}px`,
      height: `${height}px`,
      lineHeight: `${height}px`,
      fontFamily: options.fontFamily ?? "monospace",
      fontSize: `${options.fontSize ?? 14}px`,
    });
    return mark;
  }
}
