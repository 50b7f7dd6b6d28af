/** Variable-length integers of RFC 9000 section 16: a 2-bit length prefix, up to 2^62-1 (here: 2^53-1). */

import { RemoteError } from "./errors";

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

/** The bytes of the varint that begins with `first`. */
export function varintSize(first: number): number {
  return 1 << (first >> 6);
}

/**
 * The varint at `at`, which must lie wholly inside `source`. A number no browser can count to (2^53 and
 * more: nobody ever sent that many bytes) is the sender's fault.
 */
export function readVarint(source: Uint8Array, at: number): number {
  const first = source[at] ?? 0;
  const end = at + varintSize(first);
  let value = first & 0x3f;
  for (let index = at + 1; index < end; index += 1) value = value * 256 + (source[index] ?? 0);
  if (value > MAX_VARINT) throw new RemoteError("malformed", "A number is beyond 2^53-1.");
  return value;
}
