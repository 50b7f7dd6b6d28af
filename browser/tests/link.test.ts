import { describe, expect, test } from "vitest";
import { Decoder } from "../src/link/decoding";
import { RemoteError } from "../src/link/errors";
import { encode } from "../src/link/frames";
import { Link, PRIORITY } from "../src/link/link";
import { Receiver, SendBuffer, unitLength } from "../src/link/streams";
import { bytesOf, World } from "./adversary";
import { seeded } from "./vectors";

function pattern(size: number, salt: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, at) => (at * 31 + (at >> 8) + salt) & 0xff);
}

describe("two links and an adversary", () => {
  test.each([1, 2, 3, 4, 5, 6])("every unit arrives once and in order (seed %i)", (seed) => {
    const chance = seeded(seed);
    const world = new World(0.02 + chance() * 0.2, 2000 + chance() * 400_000);
    const keys = { from: world.a.lane(16, PRIORITY.input), to: world.b.lane(16, PRIORITY.input) };
    const bulk = { from: world.b.lane(17, PRIORITY.bulk), to: world.a.lane(17, PRIORITY.bulk) };
    const content = pattern(60_000, seed);
    bulk.from.sending.write(content.subarray(0, 30_000));
    bulk.from.sending.gap({
      length: 777,
      time: 5,
      salt: new Uint8Array(16),
      sha256: new Uint8Array(32),
    });
    bulk.from.sending.write(content.subarray(30_000));
    world.connect();
    const typed: number[] = [];
    let commands = 0;
    for (let round = 0; round < 40; round += 1) {
      const letters = Array.from({ length: 1 + Math.floor(chance() * 9) }, () => 97 + (round % 26));
      typed.push(...letters);
      keys.from.sending.write(Uint8Array.from(letters));
      if (round % 7 === 0) {
        keys.from.sending.control(16, Uint8Array.of(0, 80, 0, round));
        commands += 1;
      }
      world.run(chance() * 0.4);
      world.cutAndReconnect(chance);
    }
    world.runUntil(
      () => bulk.from.sending.acked === bulk.from.sending.end && keys.from.sending.acked > 0,
      600,
    );
    world.run(5);
    for (const { from, to } of [keys, bulk]) {
      expect(from.sending.acked).toBe(from.sending.end);
      expect(to.receiving.next).toBe(from.sending.end);
      let at = 0;
      to.got.forEach((unit, index) => {
        expect(to.offsets[index]).toBe(at);
        at += unitLength(unit);
      });
    }
    expect([...bytesOf(keys.to.got)]).toEqual(typed);
    expect(keys.to.got.filter((unit) => unit.kind === "ctrl")).toHaveLength(commands);
    expect(bulk.to.got.filter((unit) => unit.kind === "gap")).toHaveLength(1);
    expect(bytesOf(bulk.to.got)).toEqual(content);
  });

  test("keys overtake bulk after a resume", () => {
    const world = new World(0.15, 7000); // a modem: 56 kbit/s, 300 ms
    const keys = { from: world.a.lane(16, PRIORITY.input), to: world.b.lane(16, PRIORITY.input) };
    const bulk = { from: world.a.lane(17, PRIORITY.bulk), to: world.b.lane(17, PRIORITY.bulk) };
    bulk.from.sending.write(pattern(500_000, 0));
    world.connect();
    world.run(20);
    world.cutAndReconnect(seeded(1));
    world.run(1);
    const bulkBefore = bulk.to.receiving.next;
    const pressed = world.now;
    keys.from.sending.write(Uint8Array.of(0x6b));
    world.runUntil(() => keys.to.got.length > 0, 30);
    expect(world.now - pressed).toBeLessThan(0.15 + 0.4);
    world.run(10);
    expect(bulk.to.receiving.next).toBeGreaterThan(bulkBefore);
  });

  test("an upload takes most of a slow line while keys wait little", () => {
    const world = new World(0.15, 7000);
    const keys = { from: world.a.lane(16, PRIORITY.input), to: world.b.lane(16, PRIORITY.input) };
    const bulk = { from: world.a.lane(17, PRIORITY.bulk), to: world.b.lane(17, PRIORITY.bulk) };
    bulk.from.sending.write(pattern(2_000_000, 0));
    world.connect();
    world.run(10);
    const waits: number[] = [];
    const start = { now: world.now, at: bulk.to.receiving.next };
    for (let press = 0; press < 60; press += 1) {
      const pressed = world.now;
      keys.from.sending.write(Uint8Array.of(0x6b));
      world.runUntil(() => keys.to.got.length > press, 10);
      waits.push(world.now - pressed);
      world.run(0.5);
    }
    waits.sort((one, other) => one - other);
    const share = (bulk.to.receiving.next - start.at) / ((world.now - start.now) * 7000);
    expect(share).toBeGreaterThan(0.7);
    expect(waits[30] ?? 9).toBeLessThan(0.15 + 0.15);
    expect(waits.at(-1) ?? 9).toBeLessThan(0.15 + 0.5);
  });

  test("the window stays near what the line holds", () => {
    const world = new World(0.05, 100_000);
    world.a.lane(17, PRIORITY.bulk).sending.write(pattern(3_000_000, 0));
    world.b.lane(17, PRIORITY.bulk);
    world.connect();
    world.run(10);
    let most = 0;
    const until = world.now + 8;
    while (world.now < until) {
      world.step(until);
      most = Math.max(most, world.a.link.stats.outstanding);
    }
    expect(most).toBeLessThan(2 * 0.1 * 100_000 + 2 * 10_000); // twice the product and two chunks
    expect(world.a.link.stats.rate).toBeGreaterThan(70_000);
  });
});

describe("credit", () => {
  test("is never passed, and a larger one lets the rest go", () => {
    const link = new Link(0);
    const output = new SendBuffer();
    output.write(pattern(100, 0));
    link.attach(16, output, PRIORITY.output);
    const sent = (): number => {
      const frames = link.transmit(1).flatMap((message) => new Decoder().feed(message));
      return frames.reduce((sum, each) => sum + (each.name === "data" ? each.data.length : 0), 0);
    };
    expect(sent()).toBe(0); // a session channel begins with none
    link.receive(encode({ name: "resume", entries: [{ ch: 16, next: 0, credit: 40 }] }), 1);
    expect(sent()).toBe(40);
    link.receive(encode({ name: "credit", ch: 16, limit: 10 }), 1); // an old one changes nothing
    expect(sent()).toBe(0);
    link.receive(encode({ name: "credit", ch: 16, limit: 90 }), 1);
    expect(sent()).toBe(50);
  });

  test("that is passed by the other end breaks the link", () => {
    const link = new Link(0);
    link.expect(16, new Receiver());
    link.send({ name: "credit", ch: 16, limit: 5 });
    link.receive(encode({ name: "seek", ch: 16, offset: 0 }), 0);
    link.receive(encode({ name: "data", ch: 16, data: pattern(5, 0) }), 0);
    const beyond = encode({ name: "data", ch: 16, data: pattern(1, 0) });
    expect(() => link.receive(beyond, 0)).toThrow(RemoteError);
  });
});

describe("a silent peer", () => {
  test("is dead after two unanswered probes, within 15 s", () => {
    const link = new Link(100);
    link.busy = true;
    let pings = 0;
    let now = 100;
    while (!link.tick(now)) {
      for (const message of link.transmit(now)) {
        pings += new Decoder().feed(message).filter((frame) => frame.name === "ping").length;
      }
      now = link.deadline ?? now + 1;
    }
    expect(pings).toBe(2);
    expect(now).toBeLessThanOrEqual(115);
  });

  test("that answers, lives, and owes no LINKACK for it", () => {
    const link = new Link(0);
    link.busy = true;
    for (let now = 1; now < 200; now += 1) {
      expect(link.tick(now)).toBe(false);
      const asked = link.transmit(now).flatMap((message) => new Decoder().feed(message));
      for (const frame of asked) {
        expect(frame.name).toBe("ping");
        if ("token" in frame) link.receive(encode({ ...frame, name: "pong" }), now);
      }
    }
  });

  test("that floods us with PINGs gets a few answers and costs no memory", () => {
    const link = new Link(0);
    const ping = encode({ name: "ping", token: new Uint8Array(8) });
    for (let count = 0; count < 1000; count += 1) link.receive(ping, 0);
    const frames = link.transmit(0).flatMap((message) => new Decoder().feed(message));
    expect(frames).toHaveLength(8);
  });
});

test("a LINKACK for more than was sent is the peer's fault", () => {
  const link = new Link(0);
  expect(() => link.receive(encode({ name: "linkack", total: 1, delay: 0 }), 0)).toThrow(
    RemoteError,
  );
});

test("a send buffer is read once per unit, however much waits in it", () => {
  const link = new Link(0);
  const keys = new SendBuffer();
  for (let count = 0; count < 20_000; count += 1) keys.control(16, Uint8Array.of(0, 80, 0, 24));
  link.attach(16, keys, PRIORITY.input);
  link.receive(encode({ name: "resume", entries: [{ ch: 16, next: 0, credit: 1e6 }] }), 0);
  let reads = 0;
  const read = keys.read.bind(keys);
  keys.read = (offset, most) => {
    reads += 1;
    return read(offset, most);
  };
  const decoder = new Decoder();
  for (let now = 1; keys.acked < 20_000; now += 1) {
    const frames = link.transmit(now).flatMap((message) => decoder.feed(message));
    keys.ack(keys.acked + frames.filter((frame) => frame.name === "ctrl").length);
    link.receive(encode({ name: "linkack", total: decoder.total, delay: 0 }), now + 0.01);
  }
  expect(reads).toBe(20_000);
});
