/** Variable-length integers of RFC 9000 section 16: a 2-bit length prefix, up to 2^62-1 (here: 2^53-1). */

export const MAX_VARINT = Number.MAX_SAFE_INTEGER;

export function varintLength(value: number): number {
  if (value < 0 || !Number.isSafeInteger(value)) throw new RangeError(`not a varint: ${value}`);
  if (value < 0x40) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x40000000) return 4;
  return 8;
}

/** Write `value` at `at`; return the offset after it. */
export function writeVarint(target: Uint8Array, at: number, value: number): number {
  const length = varintLength(value);
  let rest = value;
  for (let index = at + length - 1; index >= at; index -= 1) {
    target[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  const prefix = length === 1 ? 0 : length === 2 ? 0x40 : length === 4 ? 0x80 : 0xc0;
  target[at] = (target[at] ?? 0) | prefix;
  return at + length;
}

export function encodeVarint(value: number): Uint8Array {
  const bytes = new Uint8Array(varintLength(value));
  writeVarint(bytes, 0, value);
  return bytes;
}

/** Return `[value, offset after it]`, or `undefined` when bytes are missing. */
export function readVarint(source: Uint8Array, at: number): [number, number] | undefined {
  const first = source[at];
  if (first === undefined) return undefined;
  const length = 1 << (first >> 6);
  if (at + length > source.length) return undefined;
  let value = first & 0x3f;
  for (let index = at + 1; index < at + length; index += 1) {
    value = value * 256 + (source[index] ?? 0);
  }
  return [value, at + length];
}
