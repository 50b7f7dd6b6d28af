import { beforeEach, describe, expect, test } from "vitest";
import { Refused } from "../src/session/bootstrap";
import { CAPPED_CREDIT, OUTPUT_CREDIT, SessionConnection } from "../src/session/connection";
import { FakeFront, FakeTime, FakeView, freshKeys, sessionData, surroundings } from "./fake_front";

const ascii = (words: string): Uint8Array => new TextEncoder().encode(words);

let time: FakeTime;
let front: FakeFront;
let view: FakeView;
let tickets: boolean[];

beforeEach(() => {
  time = new FakeTime();
  front = new FakeFront(time);
  view = new FakeView();
  tickets = [];
});

type Page = ReturnType<typeof page>;

function page(mode: "open" | "watch" = "open", keys = freshKeys()) {
  const around = surroundings(front, time);
  const ticket = async (fresh: boolean): Promise<string> => {
    tickets.push(fresh);
    return "t1";
  };
  const connection = new SessionConnection(sessionData(mode), keys, ticket, view, around);
  view.onUnit = (after) => connection.consumed(after);
  return { connection, around, keys };
}

async function opened(): Promise<Page> {
  const made = page();
  made.connection.start();
  await time.pass(50);
  expect(front.device.opened).toBe(true);
  return made;
}

describe("a front that breaks the protocol", () => {
  test("by a second WELCOME is left by name", async () => {
    await opened();
    front.send({ name: "welcome", value: {} });
    const before = front.wire;
    front.flush();
    await time.pass(5);
    expect([before.closedWith, before.reason]).toEqual([4002, "order"]);
  });

  test("by a rewind to where no stream ever is is left by name", async () => {
    await opened();
    front.send({ name: "resume", entries: [{ ch: 16, next: 2 ** 53 - 1, credit: 2 ** 53 - 1 }] });
    const before = front.wire;
    front.flush();
    await time.pass(5);
    expect([before.closedWith, before.reason]).toEqual([4002, "offset"]);
  });
});

describe("the first opening", () => {
  test("greets, opens, shows output and sends what was typed before the answer", async () => {
    const { connection, keys } = page();
    connection.type(ascii("typed early\r"));
    connection.start();
    await time.pass(50);
    front.print("welcome$ ");
    await time.pass(50);
    expect(front.hellos[0]).toMatchObject({ session: "s1", ticket: "t1", role: "browser" });
    expect(JSON.parse(front.device.opens[0]?.body)).toMatchObject({ counter: 1, channel: "s1.1" });
    expect(view.screen).toBe("welcome$ ");
    expect(front.device.typed).toBe("typed early\r");
    expect(view.log).toEqual(["up", "device back", "opened"]);
    expect(keys.kept.channels).toEqual([{ key: "s1.1", kind: "shell" }]);
  });

  test("says everything in one message behind CHALLENGE: output comes after one round trip", async () => {
    const { connection } = page();
    connection.start();
    const said: number[] = [];
    const { heard } = front.wire;
    front.wire.heard = (bytes) => {
      said.push(bytes.length);
      if (said.length === 1) heard(bytes); // nothing that is said later reaches the front
    };
    front.device.output.write(ascii("welcome$ "));
    await time.pass(50);
    expect(front.device.opened).toBe(true);
    expect(view.screen).toBe("welcome$ ");
    expect(view.log).toEqual(["up", "device back", "opened"]);
  });

  test("that is refused says the sentence and does not try again", async () => {
    front.device.refusal = { code: "outside-window", sentence: "Not at this hour.", by: "device" };
    const { connection } = page();
    connection.start();
    await time.pass(60_000);
    expect(view.log.at(-1)).toBe("refused: Not at this hour.");
    expect(front.wires).toHaveLength(1);
  });

  test("repeats the very same OPEN when the answer was lost with the line", async () => {
    front.opening = false;
    const { connection } = page();
    connection.start();
    await time.pass(50);
    front.wire.drop();
    front.opening = true;
    await time.pass(2000);
    expect(front.device.opens).toHaveLength(2);
    expect(front.device.opens[1]).toEqual(front.device.opens[0]);
    expect(view.log.at(-1)).toBe("opened");
  });

  test("without a ticket from the server says why", async () => {
    const around = surroundings(front, time);
    const refuse = async (): Promise<string> => {
      throw new Refused("ended", "This session is over.");
    };
    const made = new SessionConnection(sessionData(), freshKeys(), refuse, view, around);
    made.start();
    await time.pass(60_000);
    expect(view.log).toEqual(["refused: This session is over."]);
    expect(front.wires).toHaveLength(1);
  });
});

describe("a lost line", () => {
  test("comes back with exactly the input the device has not acknowledged", async () => {
    const { connection } = await opened();
    connection.type(ascii("one "));
    await time.pass(50);
    front.device.acking = false; // the device has it, but its word is lost with the line
    connection.type(ascii("two "));
    await time.pass(50);
    front.device.acking = true;
    front.wire.drop();
    connection.type(ascii("three"));
    await time.pass(2000);
    expect(front.device.typed).toBe("one two three");
    expect(front.channels.at(-1)).toMatchObject({ key: "s1.1", acked: 4, end: 13 });
    expect(front.device.opens).toHaveLength(1);
    expect(view.log.slice(-4)).toEqual(["lost", "up", "opened", "device back"]);
  });

  test("shows output once, though it is sent from where the page stands", async () => {
    await opened();
    front.print("abc");
    await time.pass(50);
    front.wire.drop();
    front.device.output.write(ascii("def"));
    await time.pass(2000);
    expect(view.screen).toBe("abcdef");
    expect(front.channels.at(-1)).toMatchObject({ next: 3, credit: 3 + OUTPUT_CREDIT });
  });

  test("is tried again in growing pauses, and at once when the network is back", async () => {
    const { around } = await opened();
    front.reachable = false;
    front.wire.drop();
    const before = front.wires.length;
    await time.pass(1000);
    const early = front.wires.length - before;
    await time.pass(60_000);
    const late = front.wires.length - before - early;
    expect(early).toBeGreaterThanOrEqual(2);
    expect(late).toBeLessThanOrEqual(14); // at most every 8 s × (0.5 to 1)
    front.reachable = true;
    around.back();
    await time.pass(20);
    expect(view.log.at(-2)).toBe("opened");
  });

  test("that says nothing any more is given up within 15 s and dialled anew", async () => {
    await opened();
    front.wire.heard = () => undefined; // a router forgot us: no byte comes back
    const silent = front.wire;
    await time.pass(15_100);
    expect(silent.readyState).toBe(3);
    await time.pass(1000);
    expect(front.wires.length).toBe(2);
    expect(view.log.at(-2)).toBe("opened");
  });

  test("of the device alone keeps the input; a rewind sends it again", async () => {
    const { connection } = await opened();
    connection.type(ascii("abc"));
    await time.pass(30);
    front.device.acking = false;
    connection.type(ascii("def"));
    await time.pass(30);
    front.device.typed = "abc"; // the front had it, the device never got it
    front.device.input.next = 3;
    front.device.acking = true;
    front.rewind();
    front.flush();
    await time.pass(30);
    expect(front.device.typed).toBe("abcdef");
  });
});

describe("a reloaded page", () => {
  test("goes on where the device stands and draws everything again", async () => {
    const first = await opened();
    first.connection.type(ascii("before "));
    front.print("line one\r\n");
    await time.pass(50);
    first.connection.stop();
    view = new FakeView();
    const second = page("open", first.keys);
    second.connection.type(ascii("after"));
    second.connection.start();
    await time.pass(50);
    expect(front.device.opens).toHaveLength(1);
    expect(front.channels.at(-1)).toMatchObject({ key: "s1.1", next: 0 });
    expect(view.screen).toBe("line one\r\n");
    expect(front.device.typed).toBe("before after");
  });

  test("loses nothing it asked before it was welcome, though its first look asks for more", async () => {
    const first = await opened();
    first.connection.type(ascii("before "));
    await time.pass(50);
    first.connection.stop();
    view = new FakeView();
    const second = page("open", first.keys);
    view.onOpened = () => second.connection.type(ascii(" and then this"));
    second.connection.type(ascii("more than before"));
    second.connection.start();
    await time.pass(50);
    expect(front.device.typed).toBe("before more than before and then this");
  });
});

describe("the front's words", () => {
  test("CLOSE ends the session for good", async () => {
    await opened();
    front.send({ name: "close", ch: 16, value: { code: "revoked", sentence: "Revoked." } });
    front.flush();
    await time.pass(60_000);
    expect(view.log.at(-1)).toBe("ended: Revoked.");
    expect(front.wires).toHaveLength(1);
  });

  test("BYE with a time to come back is obeyed: a restarted front finds us again", async () => {
    await opened();
    const sentence = "The server restarts.";
    front.send({ name: "bye", value: { code: "restarting", sentence, retry_after: 2000 } });
    front.flush();
    await time.pass(5);
    front.wire.drop();
    await time.pass(900);
    expect(front.wires).toHaveLength(1);
    await time.pass(1200);
    expect(front.wires).toHaveLength(2);
    expect(view.log.at(-2)).toBe("opened");
  });

  test("BYE for a spent ticket is answered with a fresh one, and three are believed", async () => {
    front.bye = { code: "ticket-spent", sentence: "The ticket was used.", retry_after: 0 };
    const { connection } = page();
    connection.start();
    await time.pass(30_000);
    expect(tickets).toEqual([false, true, true]);
    expect(view.log.at(-1)).toBe("refused: The ticket was used.");
    expect(front.wires).toHaveLength(3);
  });

  test("that break the protocol cost the connection, not the session", async () => {
    await opened();
    front.wire.say(Uint8Array.of(0x70, 0));
    await time.pass(2000);
    expect(front.wires[0]?.closedWith).toBe(4002);
    expect(front.wires).toHaveLength(2);
    expect(view.log.at(-2)).toBe("opened");
  });
});

describe("a second channel", () => {
  const plan = { key: "s1.2", kind: "files", parameters: { operation: "write", path: "/srv" } };

  test("is opened on the same link, with the next counter, and taken up after a lost line", async () => {
    const { connection } = await opened();
    const beside = new FakeView();
    const channel = connection.open(plan, beside);
    channel.command(24, ascii("{}"));
    await time.pass(50);
    expect(beside.log).toEqual(["opened"]);
    expect(front.beside.get(17)?.commands).toEqual([24]);
    const counters = front.device.opens.map((open) => JSON.parse(open.body).counter);
    expect(counters).toEqual([1, 2]);
    front.wire.drop();
    channel.command(24, ascii("{}"));
    await time.pass(2000);
    expect(front.channels.slice(-2)).toMatchObject([{ key: "s1.1" }, { key: "s1.2", ch: 17 }]);
    expect(front.beside.get(17)?.commands).toEqual([24, 24]);
    expect(beside.acknowledged).toBe(2);
    expect(front.device.opens).toHaveLength(2);
  });

  test("asked for before there is a link comes with the first, and its end is not the session's", async () => {
    const { connection } = page();
    const beside = new FakeView();
    connection.open(plan, beside);
    connection.start();
    await time.pass(50);
    expect(front.device.opens).toHaveLength(2);
    front.send({ name: "close", ch: 17, value: { code: "ended", sentence: "Over." } });
    front.flush();
    await time.pass(50);
    expect(beside.log.at(-1)).toBe("ended: Over.");
    connection.type(ascii("on"));
    await time.pass(50);
    expect(front.device.typed).toBe("on");
  });
});

describe("a watcher", () => {
  test("follows the recording from its start and takes it up after a lost line", async () => {
    front.device.output.write(ascii("from the start "));
    const { connection } = page("watch");
    connection.start();
    await time.pass(50);
    expect(front.watches).toEqual([{ recording: "s1.1" }]);
    expect(view.screen).toBe("from the start ");
    front.wire.drop();
    front.device.output.write(ascii("and on"));
    await time.pass(2000);
    expect(front.watches).toHaveLength(1);
    expect(view.screen).toBe("from the start and on");
  });
});

describe("flow", () => {
  test("the device is let on only as far as the screen has drawn", async () => {
    await opened();
    view.onUnit = () => undefined; // the screen draws nothing
    front.device.output.write(new Uint8Array(3 * OUTPUT_CREDIT).fill(0x61));
    front.flush();
    await time.pass(20_000);
    expect(view.screen.length).toBe(OUTPUT_CREDIT);
  });

  test("a data cap stops long output, lets keys and their echo through, and can be raised", async () => {
    const { connection } = page();
    connection.cap(100_000);
    connection.start();
    await time.pass(50);
    front.device.output.write(new Uint8Array(OUTPUT_CREDIT).fill(0x61));
    front.flush();
    await time.pass(20_000);
    const first = view.screen.length;
    expect(first).toBeGreaterThan(90_000);
    expect(first).toBeLessThan(120_000);
    connection.type(ascii("x"));
    await time.pass(1000);
    expect(front.device.typed).toBe("x");
    expect(view.screen.length - first).toBeGreaterThan(0);
    expect(view.screen.length - first).toBeLessThanOrEqual(CAPPED_CREDIT);
    connection.cap(undefined);
    await time.pass(20_000);
    expect(view.screen.length).toBe(OUTPUT_CREDIT);
  });

  test("what cannot be kept is refused instead of lost", async () => {
    const { connection } = await opened();
    front.reachable = false;
    front.wire.drop();
    expect(connection.type(new Uint8Array(1_048_576))).toBe(true);
    expect(connection.type(ascii("x"))).toBe(false);
  });
});
