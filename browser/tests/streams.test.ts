import { describe, expect, test } from "vitest";
import { LinkError } from "../src/link/errors";
import { Link, PRIORITY } from "../src/link/link";
import { Receiver, SendBuffer, unitLength } from "../src/link/streams";
import { bytes, hex, type PlainUnit, plainUnit, unitOf, vectors } from "./vectors";

interface Step {
  seek?: number;
  unit?: PlainUnit;
  accepted?: { offset: number; unit: PlainUnit } | null;
  next?: number;
  error?: string;
}

const ascii = (words: string): Uint8Array => new TextEncoder().encode(words);

function play(receiver: Receiver, step: Step): void {
  if (step.seek !== undefined) receiver.seek(step.seek);
  if (step.unit === undefined) return;
  const accepted = receiver.accept(unitOf(step.unit));
  const shown = accepted && { offset: accepted.offset, unit: plainUnit(accepted.unit) };
  expect(shown ?? null).toEqual(step.accepted);
}

describe("the golden vectors of streams", () => {
  test.each(vectors.streams.receiver)("$name", ({ start, steps }) => {
    const receiver = new Receiver(start);
    for (const step of steps as Step[]) {
      if (step.error === undefined) {
        play(receiver, step);
        expect(receiver.next).toBe(step.next);
      } else {
        expect(() => play(receiver, step)).toThrow(
          expect.objectContaining({ code: step.error, constructor: expect.any(Function) }),
        );
      }
    }
  });

  test("a link writes the same messages as its Python twin", () => {
    const link = new Link(0);
    const [keys, output] = [new SendBuffer(), new SendBuffer()];
    link.attach(16, keys, PRIORITY.input);
    link.attach(17, output, PRIORITY.output);
    output.write(ascii("welcome"));
    output.control(1, bytes(`${"00".repeat(24)}07`));
    keys.write(ascii("ls"));
    vectors.streams.conversation.forEach((row, index) => {
      if (index === 3) keys.write(ascii("\r"));
      if (row.received !== "") link.receive(bytes(row.received), row.now);
      expect(link.transmit(row.now).map(hex)).toEqual(row.sent);
    });
  });
});

describe("a send buffer", () => {
  test("gives any stretch of what was written, and cuts it to size", () => {
    const buffer = new SendBuffer();
    for (let index = 0; index < 40; index += 1) buffer.write(ascii(`${index},`));
    buffer.control(16, ascii("ab"));
    buffer.write(ascii("after"));
    const whole = ascii(Array.from({ length: 40 }, (_, index) => `${index},`).join(""));
    for (const offset of [0, 1, 50, whole.length - 1]) {
      const unit = buffer.read(offset, 7);
      expect(unit).toEqual({ kind: "data", data: whole.slice(offset, offset + 7) });
    }
    const control = buffer.read(whole.length, 9);
    expect(control).toEqual({ kind: "ctrl", control: 16, body: ascii("ab") });
    expect(unitLength(control ?? { kind: "data", data: whole })).toBe(1);
    expect(buffer.read(whole.length + 1, 99)).toEqual({ kind: "data", data: ascii("after") });
    expect(buffer.read(buffer.end, 1)).toBeUndefined();
  });

  test("frees what is acknowledged and refuses to go back there", () => {
    const buffer = new SendBuffer(100);
    buffer.write(new Uint8Array(60));
    buffer.control(18, new Uint8Array());
    expect(buffer.room).toBe(0);
    buffer.ack(60);
    expect(buffer.room).toBe(36);
    expect(() => buffer.read(59, 1)).toThrow(expect.objectContaining({ code: "rewind" }));
    expect(() => buffer.ack(62)).toThrow(LinkError);
    expect(() => buffer.write(new Uint8Array(37))).toThrow(LinkError);
  });

  test("moves to where the other end stands until something was sent", () => {
    const buffer = new SendBuffer();
    buffer.write(ascii("typed early"));
    buffer.adopt(500);
    expect(buffer.end).toBe(511);
    expect(buffer.read(506, 5)).toEqual({ kind: "data", data: ascii("early") });
    buffer.adopt(900); // too late: 506 was sent
    expect(buffer.end).toBe(511);
  });

  test("goes back only where no device ever was", () => {
    const buffer = new SendBuffer();
    buffer.adopt(500); // what the page before this one had sent
    buffer.write(ascii("new"));
    buffer.read(500, 3);
    buffer.adopt(480); // the device never got 480 to 500: they went with that page
    expect(buffer.read(480, 3)).toEqual({ kind: "data", data: ascii("new") });
    buffer.ack(481);
    buffer.adopt(400);
    expect(buffer.end).toBe(483);
  });
});
