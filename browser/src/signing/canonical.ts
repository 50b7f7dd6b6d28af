/** Canonical text of documents (RFC 8785, restricted as docs/protocols/documents.md says). */

export type Value = string | number | boolean | null | Value[] | { [name: string]: Value };

const DEEPEST = 16;

export class CanonicalError extends Error {}

export function canonical(value: Value, depth = 0): string {
  if (depth > DEEPEST) throw new CanonicalError("A document is nested too deeply.");
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return integer(value);
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, depth + 1)).join(",")}]`;
  const members = Object.keys(value)
    .sort()
    .map((name) => `${text(name)}:${canonical(value[name] ?? null, depth + 1)}`);
  return `{${members.join(",")}}`;
}

function integer(value: number): string {
  if (!Number.isSafeInteger(value)) throw new CanonicalError("Only integers up to 2^53-1.");
  return String(value === 0 ? 0 : value);
}

function text(value: string): string {
  if (value !== value.normalize("NFC")) throw new CanonicalError("Text must be NFC.");
  if (/[\ud800-\udfff]/u.test(value)) throw new CanonicalError("Text holds half a character.");
  return JSON.stringify(value);
}
