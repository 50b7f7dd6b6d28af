/** Frames of docs/protocols/link.md: one type per frame, total decoder, encoder. */

import { RemoteError } from "./errors";
import { readVarint, varintLength, writeVarint } from "./varint";

// biome-ignore lint/suspicious/noExplicitAny: JSON documents of the protocol are typed by their readers
export type Json = Record<string, any>;

export type JsonFrameName = "challenge" | "hello" | "welcome" | "channels" | "bye" | "notice";
export type ChannelJsonFrameName = "open" | "opened" | "refused" | "close" | "watch";

export type Frame =
  | { name: JsonFrameName; value: Json }
  | { name: ChannelJsonFrameName; ch: number; value: Json }
  | { name: "nonces"; bytes: Uint8Array }
  | { name: "resume"; entries: { ch: number; next: number; credit: number }[] }
  | { name: "seek" | "ack"; ch: number; offset: number }
  | { name: "credit"; ch: number; limit: number }
  | { name: "data"; ch: number; bytes: Uint8Array }
  | { name: "ctrl"; ch: number; kind: number; body: Uint8Array }
  | { name: "gap"; ch: number; length: number; rest: Uint8Array }
  | { name: "linkack"; total: number; delay: number }
  | { name: "ping" | "pong"; bytes: Uint8Array };

export const MAX_BODY = 65_600; // 64 KiB of data and its head

const JSON_TYPES: Record<JsonFrameName, number> = {
  challenge: 0x01,
  hello: 0x02,
  welcome: 0x03,
  channels: 0x05,
  bye: 0x14,
  notice: 0x95,
};
const CHANNEL_JSON_TYPES: Record<ChannelJsonFrameName, number> = {
  open: 0x08,
  opened: 0x09,
  refused: 0x0a,
  close: 0x10,
  watch: 0x16,
};
const NONCES = 0x04;
const RESUME = 0x06;
const SEEK = 0x07;
const DATA = 0x0b;
const CTRL = 0x0c;
const GAP = 0x0d;
const ACK = 0x0e;
const CREDIT = 0x0f;
const LINKACK = 0x11;
const PING = 0x12;
const PONG = 0x13;

const text = new TextEncoder();
const utf8 = new TextDecoder("utf-8", { fatal: true });

function invert<K extends string>(table: Record<K, number>): Map<number, K> {
  return new Map((Object.entries(table) as [K, number][]).map(([name, type]) => [type, name]));
}
const JSON_NAMES = invert(JSON_TYPES);
const CHANNEL_JSON_NAMES = invert(CHANNEL_JSON_TYPES);

function concat(numbers: number[], rest: Uint8Array = new Uint8Array()): Uint8Array {
  const head = numbers.reduce((sum, value) => sum + varintLength(value), 0);
  const body = new Uint8Array(head + rest.length);
  let at = 0;
  for (const value of numbers) at = writeVarint(body, at, value);
  body.set(rest, at);
  return body;
}

function bodyOf(frame: Frame): [number, Uint8Array] {
  switch (frame.name) {
    case "nonces":
      return [NONCES, frame.bytes];
    case "resume":
      return [RESUME, concat(frame.entries.flatMap((e) => [e.ch, e.next, e.credit]))];
    case "seek":
      return [SEEK, concat([frame.ch, frame.offset])];
    case "ack":
      return [ACK, concat([frame.ch, frame.offset])];
    case "credit":
      return [CREDIT, concat([frame.ch, frame.limit])];
    case "data":
      return [DATA, concat([frame.ch], frame.bytes)];
    case "ctrl":
      return [CTRL, concat([frame.ch, frame.kind], frame.body)];
    case "gap":
      return [GAP, concat([frame.ch, frame.length], frame.rest)];
    case "linkack":
      return [LINKACK, concat([frame.total, frame.delay])];
    case "ping":
      return [PING, frame.bytes];
    case "pong":
      return [PONG, frame.bytes];
    case "open":
    case "opened":
    case "refused":
    case "close":
    case "watch":
      return [
        CHANNEL_JSON_TYPES[frame.name],
        concat([frame.ch], text.encode(JSON.stringify(frame.value))),
      ];
    default:
      return [JSON_TYPES[frame.name], text.encode(JSON.stringify(frame.value))];
  }
}

export function encode(frame: Frame): Uint8Array {
  const [type, body] = bodyOf(frame);
  const out = new Uint8Array(1 + varintLength(body.length) + body.length);
  out[0] = type;
  out.set(body, writeVarint(out, 1, body.length));
  return out;
}

class Body {
  private at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  number(): number {
    const read = readVarint(this.bytes, this.at);
    if (read === undefined) throw new RemoteError("short-frame", "A frame ends inside a number.");
    this.at = read[1];
    return read[0];
  }

  rest(): Uint8Array {
    return this.bytes.subarray(this.at);
  }

  get empty(): boolean {
    return this.at >= this.bytes.length;
  }

  json(): Json {
    try {
      const value: unknown = JSON.parse(utf8.decode(this.rest()));
      if (value !== null && typeof value === "object") return value as Json;
    } catch {
      // falls through to the one error below
    }
    throw new RemoteError("bad-json", "A frame's JSON cannot be read.");
  }
}

function parseStream(type: number, body: Body): Frame | undefined {
  switch (type) {
    case SEEK:
      return { name: "seek", ch: body.number(), offset: body.number() };
    case ACK:
      return { name: "ack", ch: body.number(), offset: body.number() };
    case CREDIT:
      return { name: "credit", ch: body.number(), limit: body.number() };
    case DATA:
      return { name: "data", ch: body.number(), bytes: body.rest() };
    case CTRL:
      return { name: "ctrl", ch: body.number(), kind: body.number(), body: body.rest() };
    case GAP:
      return { name: "gap", ch: body.number(), length: body.number(), rest: body.rest() };
    case LINKACK:
      return { name: "linkack", total: body.number(), delay: body.number() };
    default:
      return undefined;
  }
}

function parseResume(body: Body): Frame {
  const entries: { ch: number; next: number; credit: number }[] = [];
  while (!body.empty) {
    entries.push({ ch: body.number(), next: body.number(), credit: body.number() });
  }
  return { name: "resume", entries };
}

function parse(type: number, bytes: Uint8Array): Frame | undefined {
  const body = new Body(bytes);
  const json = JSON_NAMES.get(type);
  if (json !== undefined) return { name: json, value: body.json() };
  const channel = CHANNEL_JSON_NAMES.get(type);
  if (channel !== undefined) return { name: channel, ch: body.number(), value: body.json() };
  if (type === RESUME) return parseResume(body);
  if (type === NONCES) return { name: "nonces", bytes };
  if (type === PING || type === PONG) return { name: type === PING ? "ping" : "pong", bytes };
  const stream = parseStream(type, body);
  if (stream !== undefined) return stream;
  if (type & 0x80) return undefined; // may be ignored
  throw new RemoteError("unknown-frame", `Frame type ${type} is not known to protocol version 1.`);
}

/** Turns bytes, cut anywhere, into frames; any bytes give frames or exactly one RemoteError. */
export class Decoder {
  private pending: Uint8Array = new Uint8Array();
  /** Bytes of whole frames so far, link acknowledgements not counted: what LINKACK reports. */
  counted = 0;

  feed(bytes: Uint8Array): Frame[] {
    const source = this.pending.length === 0 ? bytes : join(this.pending, bytes);
    const frames: Frame[] = [];
    let at = 0;
    for (let span = frameAt(source, at); span !== undefined; span = frameAt(source, at)) {
      const frame = parse(span.type, source.subarray(span.body, span.end));
      if (frame !== undefined) frames.push(frame);
      if (span.type !== LINKACK) this.counted += span.end - at;
      at = span.end;
    }
    this.pending = source.slice(at);
    return frames;
  }
}

/** The whole frame that begins at `at`, or `undefined` when bytes are missing. */
function frameAt(
  source: Uint8Array,
  at: number,
): { type: number; body: number; end: number } | undefined {
  const type = source[at];
  const length = type === undefined ? undefined : readVarint(source, at + 1);
  if (type === undefined || length === undefined) return undefined;
  if (length[0] > MAX_BODY) {
    throw new RemoteError("frame-too-long", `A frame of ${length[0]} bytes was announced.`);
  }
  const end = length[1] + length[0];
  return end > source.length ? undefined : { type, body: length[1], end };
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const out = new Uint8Array(first.length + second.length);
  out.set(first);
  out.set(second, first.length);
  return out;
}
