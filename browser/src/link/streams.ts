/** One direction of a channel: a sequence of units with one offset (docs/protocols/link.md, Streams). */

export type Unit =
  | { kind: "data"; bytes: Uint8Array }
  | { kind: "ctrl"; control: number; body: Uint8Array }
  | { kind: "gap"; length: number };

export function unitLength(unit: Unit): number {
  if (unit.kind === "data") return unit.bytes.length;
  return unit.kind === "gap" ? unit.length : 1;
}

interface Held {
  offset: number;
  unit: Unit;
}

/** Keeps every unit until the other end acknowledges it. */
export class SendBuffer {
  private held: Held[] = [];
  private tail = 0;
  private safe = 0;

  get end(): number {
    return this.tail;
  }

  get acked(): number {
    return this.safe;
  }

  /** Start at `offset`: only for a buffer nothing was written to (a reloaded page). */
  adopt(offset: number): void {
    if (this.held.length > 0 || this.tail > offset) return;
    this.tail = offset;
    this.safe = offset;
  }

  write(bytes: Uint8Array): void {
    if (bytes.length > 0) this.push({ kind: "data", bytes });
  }

  control(kind: number, body: Uint8Array): void {
    this.push({ kind: "ctrl", control: kind, body });
  }

  private push(unit: Unit): void {
    this.held.push({ offset: this.tail, unit });
    this.tail += unitLength(unit);
  }

  ack(offset: number): void {
    if (offset <= this.safe) return;
    this.safe = Math.min(offset, this.tail);
    const keep = this.held.findIndex((held) => held.offset + unitLength(held.unit) > this.safe);
    this.held = keep < 0 ? [] : this.held.slice(keep);
  }

  /** The unit that starts exactly at `offset`, its data cut to `most` bytes. */
  read(offset: number, most: number): Unit | undefined {
    const held = this.held.find(
      (entry) => offset >= entry.offset && offset < entry.offset + unitLength(entry.unit),
    );
    if (held === undefined) return undefined;
    if (held.unit.kind !== "data") return held.offset === offset ? held.unit : undefined;
    const from = offset - held.offset;
    return { kind: "data", bytes: held.unit.bytes.subarray(from, from + most) };
  }
}

/** Knows the one number `next`; trims what came before it and refuses holes. */
export class Receiver {
  private cursor: number | undefined;

  constructor(private expected = 0) {}

  get next(): number {
    return this.expected;
  }

  /** A new connection: nothing is placed until SEEK says where it stands. */
  reset(): void {
    this.cursor = undefined;
  }

  seek(offset: number): void {
    this.cursor = offset;
  }

  accept(unit: Unit): { offset: number; unit: Unit } | undefined {
    if (this.cursor === undefined) return undefined;
    const start = this.cursor;
    const length = unitLength(unit);
    this.cursor += length;
    if (start > this.expected || start + length <= this.expected) return undefined;
    if (start === this.expected) {
      this.expected += length;
      return { offset: start, unit };
    }
    if (unit.kind !== "data") return undefined;
    const offset = this.expected;
    this.expected = start + length;
    return { offset, unit: { kind: "data", bytes: unit.bytes.subarray(offset - start) } };
  }
}
