/**
 * Both ends of one channel direction (docs/protocols/link.md, Streams): what is kept for replay, and what
 * has arrived. Both outlive connections; a Link does not.
 */

import { LocalError, RemoteError } from "./errors";
import type { GapFields } from "./frames";

/** No stream reaches this offset: credit beyond it must still be a number that browsers can count to. */
export const LARGEST = 2 ** 53 - 2 ** 32;

export type Unit =
  | { kind: "data"; data: Uint8Array }
  | { kind: "ctrl"; control: number; body: Uint8Array }
  | ({ kind: "gap" } & GapFields);

export function unitLength(unit: Unit): number {
  if (unit.kind === "data") return unit.data.length;
  return unit.kind === "gap" ? unit.length : 1;
}

/** Where a link takes a channel's units from. */
export interface Source {
  /** The offset produced up to. */
  readonly end: number;
  /** The unit at exactly `offset`, data cut to `most` bytes; `undefined` while there is none. */
  read(offset: number, most: number): Unit | undefined;
  /** RESUME named `offset`; told before anything is read from there. */
  rewound?(offset: number): void;
}

const SEGMENT = 65_536; // small writes are joined up to this, so that a replay reads few, large units
const UNIT_COST = 64; // what a CTRL or GAP counts against the limit beside its body

/** One stretch of the stream; data grows in place until it is a segment. */
type Piece =
  | { start: number; length: number; data: Uint8Array }
  | { start: number; length: number; unit: Unit };

function cost(piece: Piece): number {
  if ("data" in piece) return piece.length;
  return UNIT_COST + (piece.unit.kind === "ctrl" ? piece.unit.body.length : 0);
}

/** Keeps every unit until the other end acknowledges it. */
export class SendBuffer implements Source {
  private pieces: Piece[] = [];
  private held = 0;
  private tail: number;
  private safe: number;
  /** Something was sent from here. */
  private begun = false;
  /** Everything below this offset was given to a connection at least once. */
  reached: number;
  /** Where it starts is what RESUME said, not what anybody acknowledged. */
  private adopted = false;

  constructor(
    private readonly limit = 8 * 1_048_576,
    start = 0,
  ) {
    this.tail = start;
    this.safe = start;
    this.reached = start;
  }

  get end(): number {
    return this.tail;
  }

  get acked(): number {
    return this.safe;
  }

  /** How many more bytes `write` takes now. */
  get room(): number {
    return Math.max(0, this.limit - this.held);
  }

  /**
   * A reloaded page learns from RESUME where its stream stands: what was typed meanwhile moves there.
   * Once something was sent from this buffer only backwards: what the page before it had sent and no
   * device ever got is gone with that page, and nothing may wait for it.
   */
  adopt(start: number): void {
    if (start > LARGEST) {
      throw new RemoteError("offset", "A rewind names a place where no stream ever is.");
    }
    if (start === this.safe || (this.begun && !(this.adopted && start < this.safe))) return;
    this.adopted = true;
    const shift = start - this.safe;
    this.reached += shift;
    for (const piece of this.pieces) piece.start += shift;
    this.tail += shift;
    this.safe = start;
  }

  write(bytes: Uint8Array): void {
    const size = bytes.length;
    if (size === 0) return;
    if (size > this.room) {
      throw new LocalError("buffer-full", "More was written than this buffer has room for.");
    }
    const last = this.pieces.at(-1);
    if (last !== undefined && "data" in last && last.length + size <= SEGMENT) grow(last, bytes);
    else this.pieces.push({ start: this.tail, length: size, data: bytes.slice() });
    this.tail += size;
    this.held += size;
  }

  control(kind: number, body: Uint8Array): void {
    this.append({ kind: "ctrl", control: kind, body: body.slice() }, 1);
  }

  gap(gap: GapFields): void {
    this.append({ kind: "gap", ...gap }, gap.length);
  }

  private append(unit: Unit, length: number): void {
    const piece = { start: this.tail, length, unit };
    this.pieces.push(piece);
    this.tail += length;
    this.held += cost(piece);
  }

  ack(offset: number): void {
    if (offset > this.tail) {
      throw new RemoteError("ack-ahead", "Something was acknowledged that was never sent.");
    }
    if (offset <= this.safe) return;
    let done = 0;
    for (const piece of this.pieces) {
      if (piece.start + piece.length > offset) break;
      this.held -= cost(piece);
      done += 1;
    }
    this.pieces.splice(0, done);
    this.safe = offset;
    this.adopted = false;
  }

  read(offset: number, most: number): Unit | undefined {
    if (offset >= this.tail) return undefined;
    if (offset < this.safe) {
      throw new RemoteError("rewind", "What was acknowledged is asked for again.");
    }
    const piece = this.pieces[this.find(offset)];
    if (piece === undefined) return undefined;
    this.begun = true;
    const skip = offset - piece.start;
    if ("data" in piece) {
      const data = piece.data.subarray(skip, Math.min(piece.length, skip + most));
      this.reached = Math.max(this.reached, offset + data.length);
      return { kind: "data", data };
    }
    if (skip > 0) {
      throw new RemoteError("inside-unit", "A rewind points into the middle of a unit.");
    }
    return piece.unit;
  }

  /** The last piece that starts at or before `offset`. */
  private find(offset: number): number {
    let low = 0;
    let high = this.pieces.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.pieces[middle]?.start ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

function grow(piece: { length: number; data: Uint8Array }, bytes: Uint8Array): void {
  const needed = piece.length + bytes.length;
  if (needed > piece.data.length) {
    const larger = new Uint8Array(Math.min(SEGMENT, Math.max(2 * needed, 256)));
    larger.set(piece.data.subarray(0, piece.length));
    piece.data = larger;
  }
  piece.data.set(bytes, piece.length);
  piece.length = needed;
}

/** Knows the one number `next`; trims what came before it and refuses holes. */
export class Receiver {
  /** Where the sender stands on this connection; `undefined` until its first SEEK. */
  at: number | undefined;

  constructor(public next = 0) {}

  /** The connection is gone: nothing counts until the next SEEK. */
  disconnect(): void {
    this.at = undefined;
  }

  seek(offset: number): void {
    this.at = offset;
  }

  /** The new part of `unit`; `undefined` for repeats, and for units behind a hole. */
  accept(unit: Unit): { offset: number; unit: Unit } | undefined {
    const start = this.at;
    if (start === undefined) return undefined;
    const end = start + unitLength(unit);
    if (end > LARGEST) {
      throw new RemoteError("offset", "An offset is beyond 2^53-2^32, where no stream ever is.");
    }
    this.at = end;
    const offset = this.next;
    if (start > offset || end <= offset) return undefined;
    this.next = end;
    if (start === offset) return { offset, unit };
    if (unit.kind === "data") {
      return { offset, unit: { kind: "data", data: unit.data.subarray(offset - start) } };
    }
    throw new RemoteError("gap-overlap", "A gap declares missing what has already arrived.");
  }
}
