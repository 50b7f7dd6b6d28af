/** Canonical text of documents (RFC 8785, restricted as docs/protocols/documents.md says). */

export type Value = string | number | boolean | null | Value[] | { [name: string]: Value };

const DEEPEST = 16;
const LARGEST = 256 * 1024; // bytes of UTF-8

export class CanonicalError extends Error {}

/** The one text of `value`; CanonicalError for anything the restricted form cannot hold. */
export function canonical(value: Value): string {
  const written = write(value, 0);
  if (new TextEncoder().encode(written).length > LARGEST) {
    throw new CanonicalError("The document is larger than 256 KiB.");
  }
  return written;
}

function write(value: Value, around: number): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return integer(value);
  if (typeof value === "string") return text(value);
  const depth = around + 1;
  if (depth > DEEPEST) throw new CanonicalError("The document is nested deeper than 16.");
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth)).join(",")}]`;
  const members = Object.keys(value)
    .sort() // by UTF-16 code units, as RFC 8785 wants it
    .map((name) => `${text(name)}:${write(value[name] ?? null, depth)}`);
  return `{${members.join(",")}}`;
}

function integer(value: number): string {
  if (!Number.isSafeInteger(value)) throw new CanonicalError("Only integers up to 2^53-1.");
  return String(value === 0 ? 0 : value);
}

function text(value: string): string {
  if (/[\ud800-\udfff]/u.test(value)) throw new CanonicalError("Text holds half a character.");
  if (value !== value.normalize("NFC")) throw new CanonicalError("Text must be NFC.");
  return JSON.stringify(value);
}
