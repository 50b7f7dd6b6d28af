/** What a predictor sees of the terminal. Rows count from the top of the scrollback, so scrolling moves none. */

export interface Cell {
  /** "" and " " are blank; a wide character is followed by a cell of width 0. */
  chars: string;
  width: number;
}

export interface Shown {
  readonly columns: number;
  readonly row: number;
  readonly column: number;
  /** Whether a full-screen program has the terminal. */
  readonly alternate: boolean;
  cell(row: number, column: number): Cell;
}

export const BLANK: Cell = { chars: "", width: 1 };

export function blank(cell: Cell): boolean {
  return cell.width === 1 && cell.chars.trim() === "";
}

export function same(one: Cell, other: Cell): boolean {
  if (blank(one) || blank(other)) return blank(one) && blank(other);
  return one.width === other.width && one.chars.normalize("NFD") === other.chars.normalize("NFD");
}
