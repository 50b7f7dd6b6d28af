import { describe, expect, test } from "vitest";
import { Decoder } from "../src/link/decoding";
import { LocalError, RemoteError } from "../src/link/errors";
import { encode, type Frame, TYPES } from "../src/link/frames";
import { bytes, hex, plain, seeded, vectors } from "./vectors";

const NAMES = new Map(Object.keys(TYPES).map((name) => [name, name as Frame["name"]]));

function fieldsOf(frame: Frame): Record<string, unknown> {
  const { name, ...fields } = frame;
  const shown: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) shown[key] = plain(value);
  if (name === "resume") {
    shown.entries = frame.entries.map((entry) => [entry.ch, entry.next, entry.credit]);
  }
  return shown;
}

function failure(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

const countable = vectors.frames.valid.filter(
  (vector) => typeof (vector.fields as { offset?: unknown }).offset !== "string",
);

describe("the golden vectors of frames", () => {
  test("cover every frame type this program knows", () => {
    const covered = vectors.frames.valid.map((vector) => vector.name.toLowerCase());
    expect(new Set(covered)).toEqual(new Set(NAMES.keys()));
    expect(vectors.frames.valid.length - countable.length).toBe(1);
  });

  test.each(countable)("$name $bytes is read as its fields", (vector) => {
    const [frame] = new Decoder().feed(bytes(vector.bytes));
    expect(frame?.name).toBe(vector.name.toLowerCase());
    expect(fieldsOf(frame as Frame)).toEqual(vector.fields);
  });

  test.each(countable)("$name $bytes is written as the same bytes", (vector) => {
    const [frame] = new Decoder().feed(bytes(vector.bytes));
    const again = encode(frame as Frame);
    if ("value" in (frame as Frame)) {
      expect(new Decoder().feed(again)).toEqual([frame]); // JSON's bytes need not be the same
    } else expect(hex(again)).toBe(vector.bytes);
  });

  test.each(vectors.frames.invalid)("$why is the sender's fault", (vector) => {
    const error = failure(() => new Decoder().feed(bytes(vector.bytes)));
    expect(error).toBeInstanceOf(RemoteError);
    expect((error as RemoteError).code).toBe(vector.code);
  });

  test("an unknown frame that may be ignored is ignored, and counted", () => {
    const decoder = new Decoder();
    const ignored = bytes(vectors.frames.ignored.bytes);
    expect(decoder.feed(ignored)).toEqual([]);
    expect(decoder.total).toBe(ignored.length);
  });

  test("a number no browser can count to is refused, not rounded", () => {
    const error = failure(() => new Decoder().feed(bytes("070a412cffffffffffffffff")));
    expect(error).toBeInstanceOf(RemoteError);
  });
});

describe("the decoder", () => {
  const whole = countable.map((vector) => bytes(vector.bytes));
  const stream = Uint8Array.from(whole.flatMap((part) => [...part]));
  const expected = new Decoder().feed(stream);

  test("reads the same frames wherever the bytes are cut", () => {
    const chance = seeded(7);
    for (let round = 0; round < 200; round += 1) {
      const decoder = new Decoder();
      const frames: Frame[] = [];
      for (let at = 0; at < stream.length; ) {
        const size = 1 + Math.floor(chance() * (round % 2 === 0 ? 5 : 90));
        frames.push(...decoder.feed(stream.subarray(at, at + size)));
        at += size;
      }
      expect(frames).toEqual(expected);
      expect(decoder.held).toBe(0);
    }
  });

  test("leaves LINKACKs out of the total it reports", () => {
    const decoder = new Decoder();
    decoder.feed(stream);
    const acks = whole.filter((part) => part[0] === TYPES.linkack);
    expect(acks).not.toEqual([]);
    expect(decoder.total).toBe(stream.length - acks.reduce((sum, ack) => sum + ack.length, 0));
  });

  test("gives frames or exactly one RemoteError for any bytes, and keeps little", () => {
    const chance = seeded(20_261_122);
    let errors = 0;
    for (let round = 0; round < 4000; round += 1) {
      const content = Uint8Array.from({ length: 1 + Math.floor(chance() * 80) }, () =>
        Math.floor(chance() * 256),
      );
      if (round % 2 === 0) {
        const pick = whole[Math.floor(chance() * whole.length)] ?? content;
        content.set(pick.subarray(0, Math.min(pick.length, content.length)));
      }
      const decoder = new Decoder();
      const error = failure(() => decoder.feed(content));
      if (error !== undefined) {
        errors += 1;
        expect(error).toBeInstanceOf(RemoteError);
        expect(failure(() => decoder.feed(content))).toBeInstanceOf(LocalError);
      }
      expect(decoder.held).toBeLessThanOrEqual(content.length);
    }
    expect(errors).toBeGreaterThan(500);
  });
});
