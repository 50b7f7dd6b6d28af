/** What a person typed, as the few acts whose echo can be foreseen. */

export type Act =
  | { kind: "print"; chars: string; width: number }
  | { kind: "backspace" | "left" | "right" | "enter" | "other" };

/** An act on its way: `end` counts the bytes typed up to and with it, `at` is in milliseconds. */
export type Sent = Act & { end: number; at: number };

const ESCAPE = 0x1b;
const DELETE = 0x7f;
const ENTER = 0x0d;
const NARROW = /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{N}\p{P}\p{S}\p{Zs}]$/u;
const WIDE =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60]$/u;
const COMBINING = /^[\p{Mn}\p{Me}]$/u;

/** Columns of one character; undefined where terminals disagree. */
export function columnsOf(chars: string): number | undefined {
  const code = chars.codePointAt(0) ?? 0;
  if (code >= 0x20 && code < 0x7f) return 1;
  if (WIDE.test(chars)) return 2;
  if (COMBINING.test(chars)) return 0;
  return code < 0x2000 && code >= 0xa0 && NARROW.test(chars) ? 1 : undefined;
}

function plain(chars: string): Act {
  const width = columnsOf(chars);
  return width === undefined ? { kind: "other" } : { kind: "print", chars, width };
}

function single(code: number, chars: string): Act {
  if (code === DELETE || code === 0x08) return { kind: "backspace" };
  if (code === ENTER) return { kind: "enter" };
  return code < 0x20 ? { kind: "other" } : plain(chars);
}

/** The acts of one piece of input, with the bytes of each. */
export function acts(text: string): { act: Act; bytes: number }[] {
  if (text.charCodeAt(0) === ESCAPE) {
    const arrow = /^[[O]([CD])$/.exec(text.slice(1))?.[1];
    const kind = arrow === "C" ? "right" : arrow === "D" ? "left" : "other";
    return [{ act: { kind }, bytes: new TextEncoder().encode(text).length }];
  }
  return [...text].map((chars) => ({
    act: single(chars.codePointAt(0) ?? 0, chars),
    bytes: new TextEncoder().encode(chars).length,
  }));
}
