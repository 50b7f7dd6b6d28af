/** Bytes to frames: a total parser that keeps at most one unfinished frame. */

import { LocalError, RemoteError } from "./errors";
import {
  type ChannelJsonFrameName,
  type ChannelState,
  type Frame,
  type Json,
  type JsonFrameName,
  join,
  MAX_BODY,
  type ResumeEntry,
  TYPES,
} from "./frames";
import { readVarint, varintSize } from "./varint";

// A byte order mark is no JSON: it stays in the text, where the parser refuses it.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const NONCE = 16;
const GAP_REST = 56; // time 8, salt 16, sha256 32

function malformed(sentence: string): RemoteError {
  return new RemoteError("malformed", sentence);
}

/** A frame's body, read from its beginning. */
class Body {
  private at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  number(): number {
    const first = this.bytes[this.at];
    if (first === undefined || this.at + varintSize(first) > this.bytes.length) {
      throw malformed("A frame ends inside a number.");
    }
    const value = readVarint(this.bytes, this.at);
    this.at += varintSize(first);
    return value;
  }

  rest(): Uint8Array {
    return this.bytes.subarray(this.at);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  end<T>(value: T): T {
    if (this.left > 0) throw malformed("A frame has bytes after its last number.");
    return value;
  }

  json(): unknown {
    try {
      const source = utf8.decode(this.rest());
      const value: unknown = JSON.parse(source);
      // An escape may hide half a character, which no file could hold.
      if (!source.includes("\\u") || !/[\ud800-\udfff]/u.test(plain(value))) return value;
    } catch (error) {
      // Too deep for the stack is the sender's fault as well.
      if (!(error instanceof Error)) throw error;
    }
    throw malformed("A frame's JSON cannot be read.");
  }

  object(): Json {
    const value = this.json();
    if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as Json;
    throw malformed("A frame's JSON is not an object.");
  }
}

/** All texts and names of a JSON value, one after the other. */
function plain(value: unknown): string {
  if (typeof value === "string") return `${value}\n`;
  if (value === null || typeof value !== "object") return "";
  if (Array.isArray(value)) return value.map(plain).join("");
  return Object.entries(value)
    .map(([name, member]) => `${name}\n${plain(member)}`)
    .join("");
}

function isState(state: unknown): state is ChannelState {
  if (state === null || typeof state !== "object") return false;
  const known = state as Json;
  const numbers = [known.ch, known.next, known.credit, known.end, known.acked];
  return (
    typeof known.key === "string" &&
    typeof known.kind === "string" &&
    numbers.every((value) => Number.isSafeInteger(value) && value >= 0)
  );
}

function channels(body: Body): Frame {
  const value = body.json();
  if (Array.isArray(value) && value.every(isState)) return { name: "channels", value };
  throw malformed("CHANNELS is not a list of channel states.");
}

function resume(body: Body): Frame {
  const entries: ResumeEntry[] = [];
  while (body.left > 0) {
    entries.push({ ch: body.number(), next: body.number(), credit: body.number() });
  }
  return { name: "resume", entries };
}

function nonces(body: Body): Frame {
  const bytes = body.rest();
  if (bytes.length === 0 || bytes.length % NONCE > 0) {
    throw malformed("NONCES is not a row of 16-byte nonces.");
  }
  const found: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += NONCE) found.push(bytes.subarray(at, at + NONCE));
  return { name: "nonces", nonces: found };
}

function data(body: Body): Frame {
  const ch = body.number();
  if (body.left === 0) throw malformed("A DATA frame is empty.");
  return { name: "data", ch, data: body.rest() };
}

function gap(body: Body): Frame {
  const ch = body.number();
  const length = body.number();
  if (body.left !== GAP_REST || length === 0) {
    throw malformed("A GAP is not a length, 8, 16 and 32 bytes.");
  }
  const rest = body.rest();
  const time = Number(new DataView(rest.buffer, rest.byteOffset).getBigUint64(0));
  return { name: "gap", ch, length, time, salt: rest.subarray(8, 24), sha256: rest.subarray(24) };
}

function token(name: "ping" | "pong", body: Body): Frame {
  if (body.left !== 8) throw malformed("PING and PONG carry 8 bytes.");
  return { name, token: body.rest() };
}

type Reader = (body: Body) => Frame;
const READERS = new Map<number, Reader>([
  [TYPES.nonces, nonces],
  [TYPES.channels, channels],
  [TYPES.resume, resume],
  [TYPES.data, data],
  [TYPES.gap, gap],
  [TYPES.ping, (body) => token("ping", body)],
  [TYPES.pong, (body) => token("pong", body)],
  [TYPES.seek, (b) => b.end({ name: "seek", ch: b.number(), offset: b.number() })],
  [TYPES.ack, (b) => b.end({ name: "ack", ch: b.number(), offset: b.number() })],
  [TYPES.credit, (b) => b.end({ name: "credit", ch: b.number(), limit: b.number() })],
  [TYPES.linkack, (b) => b.end({ name: "linkack", total: b.number(), delay: b.number() })],
  [TYPES.ctrl, (b) => ({ name: "ctrl", ch: b.number(), kind: b.number(), body: b.rest() })],
]);
const JSON_FRAMES: JsonFrameName[] = ["challenge", "hello", "welcome", "bye", "notice"];
for (const name of JSON_FRAMES) {
  READERS.set(TYPES[name], (body) => ({ name, value: body.object() }));
}
const CHANNEL_FRAMES: ChannelJsonFrameName[] = ["open", "opened", "refused", "close", "watch"];
for (const name of CHANNEL_FRAMES) {
  READERS.set(TYPES[name], (body) => ({ name, ch: body.number(), value: body.object() }));
}

/** Bytes cut anywhere give frames, or exactly one RemoteError, after which it is spent. */
export class Decoder {
  private parts: Uint8Array[] = [];
  private waiting = 0;
  private wanted = 0;
  private failed = false;
  /** Bytes of whole frames so far, LINKACKs excluded: what a LINKACK reports. */
  total = 0;

  constructor(private readonly maxBody = MAX_BODY) {}

  /** Bytes kept of the frame that has not ended yet. */
  get held(): number {
    return this.waiting;
  }

  /** The frames that end inside `bytes`; RemoteError once when the peer broke the layout. */
  feed(bytes: Uint8Array): Frame[] {
    if (this.failed) throw new LocalError("spent", "This connection has failed: close it.");
    let source = bytes;
    if (this.waiting > 0) {
      this.parts.push(bytes);
      this.waiting += bytes.length;
      if (this.waiting < this.wanted) return [];
      source = join(...this.parts);
    }
    try {
      return this.frames(source);
    } catch (error) {
      this.failed = true;
      throw error;
    }
  }

  private frames(source: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    let at = 0;
    this.wanted = 0;
    for (let start = this.bodyAt(source, at); start > 0; start = this.bodyAt(source, at)) {
      const stop = start + readVarint(source, at + 1);
      if (stop > source.length) {
        this.wanted = stop - at;
        break;
      }
      const type = source[at] ?? 0;
      read(type, source.subarray(start, stop), frames);
      if (type !== TYPES.linkack) this.total += stop - at;
      at = stop;
    }
    this.waiting = source.length - at;
    // A copy: the frames' bytes must not be held by what is left over, nor the other way round.
    this.parts = this.waiting > 0 ? [source.slice(at)] : [];
    return frames;
  }

  /** Where the body of the frame at `at` begins; 0 while its head has not arrived. */
  private bodyAt(source: Uint8Array, at: number): number {
    const first = source[at + 1];
    if (first === undefined) return 0;
    const start = at + 1 + varintSize(first);
    if (start > source.length) return 0;
    if (readVarint(source, at + 1) > this.maxBody) {
      throw new RemoteError("too-long", `A frame's body is over ${this.maxBody} bytes.`);
    }
    return start;
  }
}

function read(type: number, body: Uint8Array, frames: Frame[]): void {
  const reader = READERS.get(type);
  if (reader !== undefined) frames.push(reader(new Body(body)));
  else if ((type & 0x80) === 0) {
    throw malformed(`Frame type ${type} is unknown and may not be ignored.`);
  }
}
