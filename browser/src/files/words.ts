/** The page's sentences, which the server translates; `{name}` stands for a value. */

import type { Json } from "../link/frames";
import { FileRefused } from "./channel";
import { size } from "./names";

export type Values = Record<string, string | number>;
export type Words = (key: string, values?: Values) => string;

export function words(texts: Record<string, string>): Words {
  return (key, values = {}) =>
    (texts[key] ?? key).replace(/\{(\w+)\}/g, (mark, name: string) =>
      name in values ? String(values[name]) : mark,
    );
}

/** A refusal for people: ours where we can say more than the device, else the device's sentence. */
export function refusalWords(say: Words, error: FileRefused): string {
  const { needed, free } = error.data as Json;
  if (error.code === "no-space" && Number.isFinite(needed) && Number.isFinite(free)) {
    return say("no_space", { needed: size(needed), free: size(free) });
  }
  if (error.code === "outside") return say("outside");
  return error.message;
}

/** What went wrong, for people; anything but a refusal is a fault of ours and thrown on. */
export function spoken(say: Words, error: unknown): string {
  if (!(error instanceof FileRefused)) throw error;
  return refusalWords(say, error);
}
