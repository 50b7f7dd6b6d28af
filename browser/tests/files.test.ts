/** The files channel as the technician's browser keeps it: ids, offsets, and what was lost on its way. */

import { expect, test } from "vitest";
import { ANSWER, FileRefused, FilesChannel, REQUEST } from "../src/files/channel";
import { plain } from "../src/files/names";
import type { Json } from "../src/link/frames";

function channel(): { sent: Json[]; files: FilesChannel; answer(value: Json): void } {
  const sent: Json[] = [];
  const sender = {
    command(kind: number, body: Uint8Array): void {
      expect(kind).toBe(REQUEST);
      sent.push(JSON.parse(new TextDecoder().decode(body)) as Json);
    },
  };
  const files = new FilesChannel(sender, "page");
  const answer = (value: Json) => {
    const body = new TextEncoder().encode(JSON.stringify(value));
    files.unit({ kind: "ctrl", control: ANSWER, body });
  };
  return { sent, files, answer };
}

const GAP = {
  kind: "gap",
  length: 9,
  time: 0,
  salt: new Uint8Array(16),
  sha256: new Uint8Array(32),
} as const;

function content(words: string): { kind: "data"; data: Uint8Array } {
  return { kind: "data", data: new TextEncoder().encode(words) };
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
  const file = files.get("/srv/f", () => undefined);
  answer({ id: sent[0]?.id, ok: true, begun: true, size: 6, changed: 7, offset: 0 });
  files.unit(content("abc"));
  files.unit(GAP);
  files.unit(content("LATE")); // of the first request: nothing says where it stands any more
  expect(sent[1]).toMatchObject({ do: "stop" });
  expect(sent[2]).toMatchObject({ do: "get", offset: 3, expect: { size: 6, changed: 7 } });
  expect(sent[2]?.id).not.toBe(sent[0]?.id);
  answer({ id: sent[0]?.id, ok: true, done: true, sha256: "wrong" });
  answer({ id: sent[2]?.id, ok: true, begun: true, size: 6, changed: 7, offset: 3 });
  files.unit(content("def"));
  answer({ id: sent[2]?.id, ok: true, done: true, size: 6, sha256: "right" });
  const { pieces, sha256 } = await file;
  expect(pieces.map((piece) => new TextDecoder().decode(piece)).join("")).toBe("abcdef");
  expect(sha256).toBe("right");
});

test("a list whose answer was lost is asked for again", async () => {
  const { sent, files, answer } = channel();
  const page = files.list("/srv", 40);
  files.unit(GAP);
  expect(sent[2]).toMatchObject({ do: "list", path: "/srv", from: 40 });
  answer({ id: sent[2]?.id, ok: true, next: 0 });
  expect((await page).next).toBe(0);
});

test("a device's names show nothing but themselves", () => {
  expect(plain("two\nlines")).toBe("two\ufffdlines");
  expect(plain("\u202egnp.exe\u001b[31m")).toBe("\ufffdgnp.exe\ufffd[31m");
  expect(plain("丽江.txt")).toBe("丽江.txt");
  expect(plain("a".repeat(999))).toHaveLength(255);
});
