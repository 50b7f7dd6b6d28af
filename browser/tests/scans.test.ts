// @vitest-environment happy-dom
/** Scans before an upload: what is sent where, what is refused, tried again, and kept. */

import { expect, test } from "vitest";
import type { FilesChannel, Wanted } from "../src/files/channel";
import { FileRefused } from "../src/files/channel";
import { KeptUploads } from "../src/files/kept";
import { mayScanAgain, Scans, type Send } from "../src/files/scans";
import type { Transfer } from "../src/files/transfer";
import { Uploads } from "../src/files/uploads";
import { words } from "../src/files/words";
import type { Json } from "../src/link/frames";

const SAY = words({
  unreachable: "The server cannot be reached.",
  scan_too_large: "At most {limit}.",
  scanned: "Scanned by {engine}.",
});
const CLEAN = {
  scan: {
    body: JSON.stringify({ engine: "ClamAV 1.4.1", scanned: 0, expires: 3_600_000 }),
    signatures: ["S"],
  },
};

interface Server {
  asked: string[];
  send: Send;
  answers: { status: number; value: Json }[];
}

function server(...answers: { status: number; value: Json }[]): Server {
  const asked: string[] = [];
  const send: Send = (url, content, progress) => {
    asked.push(url);
    progress(content.size);
    return Promise.resolve(answers.shift() ?? { status: 200, value: CLEAN as unknown as Json });
  };
  return { asked, send, answers };
}

function scans(from: Server, now = () => 0): Scans {
  return new Scans({ url: "/scan", limit: 100 }, SAY, from.send, now);
}

async function refused(from: Promise<unknown>): Promise<FileRefused> {
  return (await from.catch((error: unknown) => error)) as FileRefused;
}

test("a clean content brings the signed word, once while it holds", async () => {
  const there = server();
  let now = 0;
  const made = scans(there, () => now);
  const found = await made.look(new Blob(["x"]), "ab", "dr iver&.bin");
  expect(found).toEqual({ scan: CLEAN.scan, engine: "ClamAV 1.4.1" });
  expect(there.asked).toEqual(["/scan?name=dr%20iver%26.bin"]);
  await made.look(new Blob(["x"]), "ab", "again");
  expect(there.asked.length).toBe(1);
  now = 3_600_000 - 100_000; // too near its end for an upload
  await made.look(new Blob(["x"]), "ab", "again");
  expect(there.asked.length).toBe(2);
});

test("too large a file is refused before anything is sent", async () => {
  const there = server();
  const problem = await refused(scans(there).look(new Blob(["x".repeat(101)]), "ab", "f"));
  expect([problem.code, problem.message]).toEqual(["scan-too-large", "At most 100 B."]);
  expect(there.asked).toEqual([]);
  expect(mayScanAgain(problem)).toBe(false);
});

test("an infected file is told with the server's sentence and not tried again", async () => {
  const sentence = "ClamAV found “Eicar” in f.";
  const there = server({ status: 422, value: { code: "scan-infected", sentence } });
  const problem = await refused(scans(there).look(new Blob(["x"]), "ab", "f"));
  expect([problem.code, problem.message, mayScanAgain(problem)]).toEqual([
    "scan-infected",
    sentence,
    false,
  ]);
});

test("a server that does not answer may be asked again", async () => {
  const there = server({ status: 0, value: {} });
  const problem = await refused(scans(there).look(new Blob(["x"]), "ab", "f"));
  expect([problem.message, mayScanAgain(problem)]).toEqual(["The server cannot be reached.", true]);
});

function uploading(made: Scans, put: (wanted: Wanted) => Promise<Json>): Transfer {
  const channel = { put, stop: () => undefined } as unknown as FilesChannel;
  const uploads = new Uploads({
    channel: () => channel,
    changed: () => undefined,
    say: SAY,
    kept: new KeptUploads("device"),
    arrived: () => undefined,
    now: () => 0,
    scans: made,
  });
  return uploads.add(new Blob(["content"]), "/srv/f");
}

async function ended(transfer: Transfer, state: string): Promise<void> {
  for (let turn = 0; turn < 500 && transfer.state !== state; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect([transfer.state, transfer.sentence]).toEqual([state, transfer.sentence]);
}

test("an upload is scanned first and carries the scan to the device", async () => {
  const wanted: Wanted[] = [];
  const transfer = uploading(scans(server()), (each) => {
    wanted.push(each);
    return Promise.resolve({});
  });
  await ended(transfer, "done");
  expect(wanted[0]?.scan).toEqual(CLEAN.scan);
  expect(transfer.sentence).toBe("Scanned by ClamAV 1.4.1.");
});

test("nothing goes to the device when the scan fails, and one press tries again", async () => {
  const there = server({ status: 503, value: { code: "scanner-away", sentence: "Away." } });
  let puts = 0;
  const transfer = uploading(scans(there), () => {
    puts += 1;
    return Promise.resolve({});
  });
  await ended(transfer, "failed");
  expect([puts, transfer.sentence]).toEqual([0, "Away."]);
  transfer.retry?.();
  await ended(transfer, "done");
  expect([puts, there.asked.length]).toEqual([1, 2]);
});

test("a scan the device finds too old is made anew, once", async () => {
  const there = server();
  let puts = 0;
  const transfer = uploading(scans(there), () => {
    puts += 1;
    return Promise.reject(new FileRefused("scan-expired", "Old."));
  });
  await ended(transfer, "failed");
  expect([puts, there.asked.length]).toEqual([2, 2]);
});
