/** The files channel as the technician's browser keeps it: ids, offsets, and what was lost on its way. */

import { expect, test } from "vitest";
import { ANSWER, FileRefused, FilesChannel, REQUEST } from "../src/files/channel";
import { Arriving } from "../src/files/downloads";
import { textOf } from "../src/files/editor";
import { plain, size, span, within, wrong } from "../src/files/names";
import { whole } from "../src/files/parts";
import { folders } from "../src/files/picking";
import { Sha256 } from "../src/files/sha256";
import { Transfer } from "../src/files/transfer";
import { refusalWords, words } from "../src/files/words";
import type { Json } from "../src/link/frames";
import { SendBuffer } from "../src/link/streams";

interface Made {
  sent: Json[];
  files: FilesChannel;
  input: SendBuffer;
  content(): string;
  answer(value: Json): void;
}

function channel(room = 1 << 20): Made {
  const sent: Json[] = [];
  const input = new SendBuffer(room);
  const sender = {
    input,
    command(kind: number, body: Uint8Array): void {
      expect(kind).toBe(REQUEST);
      input.control(kind, body);
      sent.push(JSON.parse(new TextDecoder().decode(body)) as Json);
    },
    type(bytes: Uint8Array): boolean {
      if (bytes.length > input.room) return false;
      input.write(bytes);
      return true;
    },
  };
  const files = new FilesChannel(sender, "page");
  const answer = (value: Json) => {
    const body = new TextEncoder().encode(JSON.stringify(value));
    files.unit({ kind: "ctrl", control: ANSWER, body });
  };
  let taken = 0;
  /** Everything typed since the last look, as a device would accept it. */
  const content = (): string => {
    let found = "";
    while (taken < input.end) {
      const unit = input.read(taken, 1 << 20);
      if (unit?.kind === "data") found += new TextDecoder().decode(unit.data);
      taken += unit?.kind === "data" ? unit.data.length : 1;
    }
    input.ack(taken);
    files.acked();
    return found;
  };
  return { sent, files, input, content, answer };
}

const GAP = {
  kind: "gap",
  length: 9,
  time: 0,
  salt: new Uint8Array(16),
  sha256: new Uint8Array(32),
} as const;

function data(text: string): { kind: "data"; data: Uint8Array } {
  return { kind: "data", data: new TextEncoder().encode(text) };
}

/** Reading a Blob takes turns of the event loop. */
async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500 && !condition(); turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(condition()).toBe(true);
}

test("answers find their requests, whatever their order", async () => {
  const { sent, files, answer } = channel();
  const first = files.list("/srv");
  const second = files.list("/srv/x");
  answer({ id: sent[1]?.id, ok: true, path: "/srv/x" });
  answer({ id: sent[0]?.id, ok: false, code: "outside", sentence: "No." });
  expect((await second).path).toBe("/srv/x");
  await expect(first).rejects.toBeInstanceOf(FileRefused);
});

test("a file whose middle was lost on its way is asked for again from there", async () => {
  const { sent, files, answer } = channel();
  const sink = new Arriving(() => undefined);
  const file = files.get("/srv/f", sink);
  answer({ id: sent[0]?.id, ok: true, begun: true, size: 6, changed: 7, offset: 0 });
  files.unit(data("abc"));
  files.unit(GAP);
  files.unit(data("LATE")); // of the first request: nothing says where it stands any more
  expect(sent[1]).toMatchObject({ do: "stop" });
  expect(sent[2]).toMatchObject({ do: "get", offset: 3, expect: { size: 6, changed: 7 } });
  expect(sent[2]?.id).not.toBe(sent[0]?.id);
  answer({ id: sent[0]?.id, ok: true, done: true, sha256: "wrong" });
  answer({ id: sent[1]?.id, ok: true });
  answer({ id: sent[2]?.id, ok: true, begun: true, size: 6, changed: 7, offset: 3 });
  files.unit(data("def"));
  answer({ id: sent[2]?.id, ok: true, done: true, size: 6, sha256: "right" });
  expect((await file).sha256).toBe("right");
  const { blob, sha256 } = sink.finish();
  expect(await blob.text()).toBe("abcdef");
  expect(sha256).toBe(new Sha256().update(data("abcdef").data).digest());
});

test("a list whose answer was lost is asked for again", async () => {
  const { sent, files, answer } = channel();
  const page = files.list("/srv", 40);
  files.unit(GAP);
  expect(sent[2]).toMatchObject({ do: "list", path: "/srv", from: 40 });
  answer({ id: sent[2]?.id, ok: true, next: 0 });
  expect((await page).next).toBe(0);
});

test("an upload goes on where the device has a part of it, and tells what is there", async () => {
  const { sent, files, answer, content } = channel();
  const told: [number, number][] = [];
  const put = files.put({ path: "/srv/f", sha256: "s" }, new Blob(["abcdef"]), (sent, there) =>
    told.push([sent, there]),
  );
  expect(sent[0]).toMatchObject({ do: "put", path: "/srv/f", size: 6, sha256: "s" });
  answer({ id: sent[0]?.id, ok: true, begun: true, offset: 2 });
  let got = "";
  await until(() => {
    got += content();
    return got.length === 4;
  });
  expect(got).toBe("cdef");
  expect(told[0]).toEqual([2, 2]);
  expect(told.at(-1)).toEqual([6, 6]);
  answer({ id: sent[0]?.id, ok: true, done: true, sha256: "s" });
  expect((await put).sha256).toBe("s");
});

test("no more is read from an upload's file than the line takes", async () => {
  const room = 70_000;
  const { sent, files, answer, input, content } = channel(room);
  const text = "x".repeat(300_000);
  void files.put({ path: "/srv/f", sha256: "s" }, new Blob([text]), () => undefined);
  answer({ id: sent[0]?.id, ok: true, begun: true, offset: 0 });
  await until(() => input.room < 65_536);
  let got = "";
  await until(() => {
    expect(input.end - input.acked).toBeLessThanOrEqual(room);
    got += content();
    return got.length === text.length;
  });
  expect(got).toBe(text);
});

test("an upload whose answers were lost is asked for again under its own id, and old answers wait", async () => {
  const { sent, files, answer, content } = channel();
  const put = files.put({ path: "/srv/f", sha256: "s" }, new Blob(["abcdef"]), () => undefined);
  files.unit(GAP);
  const [first, stop, again] = sent;
  expect(stop).toMatchObject({ do: "stop" });
  expect(again?.id).toBe(first?.id);
  answer({ id: first?.id, ok: true, begun: true, offset: 0 }); // of before the stop
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(content()).toBe("");
  answer({ id: stop?.id, ok: true });
  answer({ id: first?.id, ok: true, begun: true, offset: 3 });
  let got = "";
  await until(() => {
    got += content();
    return got === "def";
  });
  answer({ id: first?.id, ok: true, done: true, sha256: "s" });
  expect((await put).done).toBe(true);
});

test("what is stopped fails by name and leaves the channel free", async () => {
  const { sent, files, answer } = channel();
  const put = files.put({ path: "/srv/f", sha256: "s" }, new Blob(["abc"]), () => undefined);
  files.stop("paused");
  await expect(put).rejects.toMatchObject({ code: "paused" });
  const next = files.put({ path: "/srv/g", sha256: "t" }, new Blob([]), () => undefined);
  expect(sent.map((each) => each.do)).toEqual(["put", "stop", "put"]);
  answer({ id: sent[1]?.id, ok: true });
  answer({ id: sent[2]?.id, ok: true, begun: true, offset: 0 });
  answer({ id: sent[2]?.id, ok: true, done: true, sha256: "t" });
  expect((await next).sha256).toBe("t");
});

test("SHA-256 agrees with WebCrypto, however it is cut", async () => {
  for (const length of [0, 1, 55, 56, 63, 64, 65, 1000, 100_003]) {
    const bytes = Uint8Array.from({ length }, (_each, index) => (index * 31 + 7) & 255);
    const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const right = [...sum].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const hash = new Sha256();
    for (let at = 0; at < length; at += 61) hash.update(bytes.subarray(at, at + 61));
    expect(hash.digest()).toBe(right);
  }
});

test("a download kept by an earlier page counts, and a hole in it does not", async () => {
  const expected = { size: 6, changed: 7 };
  const piece = (index: number, text: string, have: number) => ({
    index,
    blob: new Blob([text]),
    expect: expected,
    have,
  });
  const found = whole("/srv/f", [piece(0, "ab", 2), piece(1, "cd", 4)]);
  expect(found?.have).toBe(4);
  expect(whole("/srv/f", [piece(1, "cd", 4)])).toBeUndefined();
  const sink = new Arriving(() => undefined);
  await sink.kept(found?.blobs ?? [], expected);
  expect(sink.have).toBe(4);
  sink.take(data("ef").data);
  const { blob, sha256 } = sink.finish();
  expect(await blob.text()).toBe("abcdef");
  expect(sha256).toBe(new Sha256().update(data("abcdef").data).digest());
});

test("rate and time left come from the last seconds", () => {
  let now = 0;
  const transfer = new Transfer(
    "up",
    "f",
    10_000,
    () => undefined,
    () => now,
  );
  transfer.set("running");
  transfer.progress(0, 0);
  expect(transfer.rate).toBeUndefined();
  now = 2000;
  transfer.progress(5000, 4000);
  expect(transfer.rate).toBe(2000);
  expect(transfer.left).toBe(3);
});

test("folders are made outermost first", () => {
  const file = new File([], "x");
  const picked = ["a/b/c.txt", "a/d.txt", "e.txt"].map((path) => ({ path, file }));
  expect(folders(picked)).toEqual(["a", "a/b"]);
});

test("a device's names show nothing but themselves", () => {
  expect(plain("two\nlines")).toBe("two\ufffdlines");
  expect(plain("\u202egnp.exe\u001b[31m")).toBe("\ufffdgnp.exe\ufffd[31m");
  expect(plain("丽江.txt")).toBe("丽江.txt");
  expect(plain("a".repeat(999))).toHaveLength(255);
  expect(wrong("é".repeat(128))).toBe("name_long");
  expect(wrong("a/b")).toBe("name_slash");
  expect(within("/srv", "/srv-else")).toBe(false);
  expect(within("/", "/etc")).toBe(true);
});

test("sizes, times and refusals are said as people say them", () => {
  expect([size(12), size(40_000_000), size(1_234)]).toEqual(["12 B", "40.0 MB", "1.2 kB"]);
  expect([span(4), span(250), span(7260)]).toEqual(["4 s", "4 min 10 s", "2 h 1 min"]);
  const say = words({ no_space: "{needed} needed, {free} free" });
  const full = new FileRefused("no-space", "device's", { needed: 10_000_000_000, free: 1e9 });
  expect(refusalWords(say, full)).toBe("10.0 GB needed, 1.0 GB free");
  expect(refusalWords(say, new FileRefused("kind", "This is a folder."))).toBe("This is a folder.");
});

test("text is told from what is none, and how its lines end", () => {
  const bytes = (text: string) => data(text).data;
  expect(textOf(Uint8Array.of(0xff, 0xfe, 0x41))).toBeUndefined();
  expect(textOf(bytes("a\0b"))).toBeUndefined();
  expect(textOf(bytes("a\nb\n"))).toMatchObject({ text: "a\nb\n", ends: "\n" });
  expect(textOf(bytes("a\r\nb\r\n"))).toMatchObject({ text: "a\nb\n", ends: "\r\n" });
  expect(textOf(bytes("a\r\nb\n"))?.ends).toBe("mixed");
  expect(textOf(bytes("a\rb"))?.ends).toBe("mixed");
  expect(textOf(bytes("\ufeffa"))?.text).toBe("\ufeffa");
});
