import { beforeEach, describe, expect, test } from "vitest";
import { messagesIn, PairWire, packed } from "../src/session/pairs";
import { AGAIN_MS, type Socket, Ways } from "../src/session/ways";
import { FakeTime, FakeWire, settle } from "./fake_front";

const bytes = (words: string): Uint8Array => new TextEncoder().encode(words);
const words = (body: Uint8Array): string => new TextDecoder().decode(body);

/** The front's end of one connection: what was said, and an answer for the request it holds. */
class Held {
  said: string[] = [];
  asked: string[] = [];
  status = 201;
  lose = 0; // answers a proxy loses
  private hold: ((answer: Response) => void) | undefined;
  private ready: Uint8Array[] = [];

  ask = async (address: string, { method, body }: RequestInit): Promise<Response> => {
    this.asked.push(`${method} ${address}`);
    if (this.lose > 0) {
      this.lose -= 1;
      throw new TypeError("Failed to fetch");
    }
    if (address === "/link/poll") return Response.json({ id: "abc_-1" }, { status: this.status });
    if (method === "DELETE") return new Response(null, { status: 204 });
    if (address.includes("/next?")) return this.next();
    const found = messagesIn(body as Uint8Array) ?? [];
    this.said.push(...found.map(words));
    return new Response(null, { status: 204 });
  };

  private next(): Promise<Response> {
    const body = this.ready.shift();
    if (body !== undefined) return Promise.resolve(new Response(body.slice()));
    return new Promise((resolve) => {
      this.hold = resolve;
    });
  }

  tell(body: Uint8Array): void {
    if (this.hold === undefined) this.ready.push(body);
    else this.hold(new Response(body.slice()));
    this.hold = undefined;
  }

  end(status: number): void {
    this.hold?.(new Response(null, { status }));
  }
}

describe("a link of request pairs", () => {
  let front: Held;
  let wire: PairWire;
  let heard: string[];
  let closes: number;
  let refusals: number;

  async function begin(): Promise<void> {
    const refused = () => {
      refusals += 1;
    };
    wire = new PairWire("/link", refused, front.ask);
    wire.onmessage = ({ data }) => heard.push(words(new Uint8Array(data)));
    wire.onclose = () => {
      closes += 1;
    };
    await breathe();
  }

  /** Bodies are read by the platform, in turns of its own. */
  async function breathe(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) {
      await settle();
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }

  beforeEach(() => {
    front = new Held();
    heard = [];
    closes = 0;
    refusals = 0;
  });

  test("brings messages both ways, those of one breath in one body", async () => {
    await begin();
    front.tell(packed([bytes("one"), bytes("two")]));
    await breathe();
    wire.send(bytes("three"));
    wire.send(bytes("four"));
    await breathe();
    expect(heard).toEqual(["one", "two"]);
    expect(front.said).toEqual(["three", "four"]);
    expect(front.asked.filter((each) => each.includes("?n=") && !each.includes("next"))).toEqual([
      "POST /link/poll/abc_-1?n=0",
    ]);
    expect(wire.slow).toBe(true);
  });

  test("always asks by POST, so that the front sees who asks", async () => {
    await begin();
    front.tell(packed([bytes("one")]));
    await breathe();
    expect(new Set(front.asked.map((each) => each.split(" ")[0]))).toEqual(new Set(["POST"]));
  });

  test("asks once more, with the same number, what a proxy lost", async () => {
    await begin();
    front.lose = 1;
    wire.send(bytes("one"));
    await breathe();
    expect(front.said).toEqual(["one"]);
    const posts = front.asked.filter((each) => each.endsWith("abc_-1?n=0"));
    expect(posts).toHaveLength(2);
    expect(closes).toBe(0);
  });

  test("ends when the line is lost, and when the front says so", async () => {
    await begin();
    front.lose = 2;
    wire.send(bytes("one"));
    await breathe();
    expect([closes, wire.readyState]).toEqual([1, 3]);
    await begin();
    front.end(410);
    await breathe();
    expect(closes).toBe(2);
    expect(refusals).toBe(0);
  });

  test("ends with a body that is not whole messages", async () => {
    await begin();
    front.tell(new Uint8Array([0, 0, 0, 9, 1]));
    await breathe();
    expect([closes, heard]).toEqual([1, []]);
  });

  test("tells the front when the page is left, and says nothing more", async () => {
    await begin();
    wire.close();
    wire.send(bytes("late"));
    await breathe();
    expect(front.asked.at(-1)).toBe("DELETE /link/poll/abc_-1");
    expect([closes, front.said]).toEqual([0, []]);
  });

  test("that is refused says so; a server that is away is not a refusal", async () => {
    front.status = 404;
    await begin();
    expect([refusals, closes]).toEqual([1, 1]);
    front.status = 502;
    await begin();
    expect([refusals, closes]).toEqual([1, 2]);
  });
});

test("a body holds whole messages or none", () => {
  const many = [bytes("one"), bytes(""), bytes("three")];
  expect(messagesIn(packed(many))?.map(words)).toEqual(["one", "", "three"]);
  for (const bad of [
    [0, 0, 0],
    [0, 0, 0, 2, 1],
    [255, 255, 255, 255, 1],
  ]) {
    expect(messagesIn(new Uint8Array(bad))).toBeUndefined();
  }
});

class FakeSocket extends FakeWire implements Socket {
  private acts: { name: string; act: () => void }[] = [];

  addEventListener(name: "open" | "close", act: () => void): void {
    this.acts.push({ name, act });
  }

  happen(name: "open" | "close"): void {
    for (const each of this.acts) if (each.name === name) each.act();
  }
}

describe("the way a link takes", () => {
  let time: FakeTime;
  let sockets: FakeSocket[];
  let pairs: FakeWire[];
  let answering: boolean;
  let memory: Map<string, string>;
  let refuse: () => void;

  function ways(): Ways {
    return new Ways({
      socket: () => {
        const made = new FakeSocket();
        sockets.push(made);
        return made;
      },
      pairs: (_path, refused) => {
        const made = new FakeWire();
        pairs.push(made);
        refuse = refused;
        return made;
      },
      answers: async () => answering,
      now: () => time.milliseconds,
      later: (wait, act) => time.later(wait, act),
      memory: {
        getItem: (key) => memory.get(key) ?? null,
        setItem: (key, value) => void memory.set(key, value),
        removeItem: (key) => void memory.delete(key),
      },
    });
  }

  async function failing(made: Ways, times: number): Promise<void> {
    for (let count = 0; count < times; count += 1) {
      made.dial("/link");
      sockets.at(-1)?.happen("close");
      await settle();
    }
  }

  beforeEach(() => {
    time = new FakeTime();
    sockets = [];
    pairs = [];
    answering = true;
    memory = new Map();
    refuse = () => undefined;
  });

  test("is a WebSocket; one that failed while the server was away changes nothing", async () => {
    answering = false;
    const made = ways();
    await failing(made, 5);
    made.dial("/link");
    expect([sockets.length, pairs.length]).toEqual([6, 0]);
  });

  test("is request pairs when two were not let through, for the tab's next pages too", async () => {
    await failing(ways(), 2);
    ways().dial("/link");
    expect([sockets.length, pairs.length]).toEqual([2, 1]);
  });

  test("is a WebSocket again after one that opened, or was lost once open", async () => {
    const made = ways();
    await failing(made, 1);
    made.dial("/link");
    sockets.at(-1)?.happen("open");
    sockets.at(-1)?.happen("close");
    await settle();
    await failing(made, 1);
    made.dial("/link");
    expect(pairs).toHaveLength(0);
  });

  test("changes over when a WebSocket opens again", async () => {
    const made = ways();
    await failing(made, 2);
    const wire = made.dial("/link") as FakeWire;
    let closes = 0;
    wire.onclose = () => {
      closes += 1;
    };
    await time.pass(AGAIN_MS / 2);
    sockets.at(-1)?.happen("close"); // still not let through
    await time.pass(AGAIN_MS / 2);
    expect([closes, sockets.length]).toEqual([0, 4]);
    sockets.at(-1)?.happen("open");
    expect([closes, wire.readyState]).toEqual([1, 3]);
    made.dial("/link");
    expect([sockets.length, pairs.length]).toEqual([5, 1]);
  });

  test("is forgotten with the network, and when there are no pairs either", async () => {
    const made = ways();
    await failing(made, 2);
    made.forget();
    made.dial("/link");
    expect(pairs).toHaveLength(0);
    await failing(made, 2);
    made.dial("/link");
    refuse();
    made.dial("/link");
    expect(pairs).toHaveLength(1);
  });
});
