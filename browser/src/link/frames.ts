/** The frames of docs/protocols/link.md, and how each is written. */

import { varintLength, writeVarint } from "./varint";

// biome-ignore lint/suspicious/noExplicitAny: JSON documents of the protocol are typed by their readers
export type Json = Record<string, any>;

export type JsonFrameName = "challenge" | "hello" | "welcome" | "bye" | "notice";
export type ChannelJsonFrameName = "open" | "opened" | "refused" | "close" | "watch";

/** Where one end stands in a channel: numbers are absolute offsets. */
export interface ChannelState {
  ch: number;
  key: string;
  kind: string;
  next: number;
  credit: number;
  end: number;
  acked: number;
}

export interface ResumeEntry {
  ch: number;
  next: number;
  credit: number;
}

/** `time` in ms since 1970; what it declares missing hashes to `sha256`. */
export interface GapFields {
  length: number;
  time: number;
  salt: Uint8Array;
  sha256: Uint8Array;
}

export type Frame =
  | { name: JsonFrameName; value: Json }
  | { name: ChannelJsonFrameName; ch: number; value: Json }
  | { name: "channels"; value: ChannelState[] }
  | { name: "nonces"; nonces: Uint8Array[] }
  | { name: "resume"; entries: ResumeEntry[] }
  | { name: "seek" | "ack"; ch: number; offset: number }
  | { name: "credit"; ch: number; limit: number }
  | { name: "data"; ch: number; data: Uint8Array }
  | { name: "ctrl"; ch: number; kind: number; body: Uint8Array }
  | ({ name: "gap"; ch: number } & GapFields)
  | { name: "linkack"; total: number; delay: number }
  | { name: "ping" | "pong"; token: Uint8Array };

export const MAX_BODY = 65_600; // 64 KiB of data and its head

export const TYPES: Record<Frame["name"], number> = {
  challenge: 0x01,
  hello: 0x02,
  welcome: 0x03,
  nonces: 0x04,
  channels: 0x05,
  resume: 0x06,
  seek: 0x07,
  open: 0x08,
  opened: 0x09,
  refused: 0x0a,
  data: 0x0b,
  ctrl: 0x0c,
  gap: 0x0d,
  ack: 0x0e,
  credit: 0x0f,
  close: 0x10,
  linkack: 0x11,
  ping: 0x12,
  pong: 0x13,
  bye: 0x14,
  notice: 0x95,
  watch: 0x16,
};

const text = new TextEncoder();

export function join(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** A frame of numbers and then bytes: written once, without an intermediate copy. */
function pack(type: number, numbers: number[], rest?: Uint8Array): Uint8Array<ArrayBuffer> {
  let length = rest?.length ?? 0;
  for (const value of numbers) length += varintLength(value);
  const out = new Uint8Array(1 + varintLength(length) + length);
  out[0] = type;
  let at = writeVarint(out, 1, length);
  for (const value of numbers) at = writeVarint(out, at, value);
  if (rest !== undefined) out.set(rest, at);
  return out;
}

export function encodeGap(ch: number, gap: GapFields): Uint8Array<ArrayBuffer> {
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, BigInt(gap.time));
  return pack(TYPES.gap, [ch, gap.length], join(time, gap.salt, gap.sha256));
}

function json(value: unknown): Uint8Array {
  return text.encode(JSON.stringify(value));
}

function encodeStream(frame: Frame): Uint8Array<ArrayBuffer> | undefined {
  const type = TYPES[frame.name];
  switch (frame.name) {
    case "data":
      return pack(type, [frame.ch], frame.data);
    case "ctrl":
      return pack(type, [frame.ch, frame.kind], frame.body);
    case "gap":
      return encodeGap(frame.ch, frame);
    case "seek":
    case "ack":
      return pack(type, [frame.ch, frame.offset]);
    case "credit":
      return pack(type, [frame.ch, frame.limit]);
    case "resume":
      return pack(
        type,
        frame.entries.flatMap((entry) => [entry.ch, entry.next, entry.credit]),
      );
    default:
      return undefined;
  }
}

export function encode(frame: Frame): Uint8Array<ArrayBuffer> {
  const stream = encodeStream(frame);
  if (stream !== undefined) return stream;
  const type = TYPES[frame.name];
  if (frame.name === "linkack") return pack(type, [frame.total, frame.delay]);
  if ("token" in frame) return pack(type, [], frame.token);
  if ("nonces" in frame) return pack(type, [], join(...frame.nonces));
  if (!("value" in frame)) throw new RangeError(`not a frame: ${frame.name}`);
  return pack(type, "ch" in frame ? [frame.ch] : [], json(frame.value));
}
