/** The archive a folder is downloaded as; another program opens it in journeys/test_files.py. */

import { expect, test } from "vitest";
import { Archive } from "../src/files/archive";
import { FilesChannel } from "../src/files/channel";
import { crcOf, Zip } from "../src/files/zip";
import type { Json } from "../src/link/frames";

test("CRC-32 is the one everybody means", async () => {
  expect(await crcOf(new Blob(["123456789"]))).toBe(0xcbf4_3926);
});

test("an archive names its members twice and counts them", async () => {
  const zip = new Zip();
  zip.folder("a");
  await zip.add("a/丽江.txt", new Blob(["hello"]), Date.UTC(2026, 10, 22, 8, 30, 10));
  const bytes = new Uint8Array(await zip.finish().arrayBuffer());
  const view = new DataView(bytes.buffer);
  const end = bytes.length - 22;
  expect(view.getUint32(end, true)).toBe(0x0605_4b50);
  expect(view.getUint16(end + 10, true)).toBe(2);
  const directory = view.getUint32(end + 16, true);
  expect(view.getUint32(directory, true)).toBe(0x0201_4b50);
  const text = new TextDecoder().decode(bytes);
  expect(text.split("a/丽江.txt")).toHaveLength(3);
  expect(text).toContain("hello");
});

test("a folder comes with its folders; what cannot be had is named", async () => {
  const tree: Record<string, Json[]> = {
    "/srv": [
      { name: "sub", kind: "folder", size: 0 },
      { name: "gone", kind: "file", size: 3 },
      { name: "way", kind: "link", size: 1 },
    ],
    "/srv/sub": [{ name: "f", kind: "file", size: 2, changed: 7 }],
  };
  const saved: string[] = [];
  const sink = { end: 0, reached: 0, acked: 0 };
  const answer = (value: Json) => {
    const body = new TextEncoder().encode(JSON.stringify(value));
    queueMicrotask(() => files.unit({ kind: "ctrl", control: 48, body }));
  };
  const files: FilesChannel = new FilesChannel(
    {
      input: sink,
      type: () => true,
      command(_kind, body) {
        const { id, do: act, path } = JSON.parse(new TextDecoder().decode(body)) as Json;
        if (act === "list") answer({ id, ok: true, entries: tree[path], next: 0 });
        else if (path === "/srv/gone")
          answer({ id, ok: false, code: "not-found", sentence: "No." });
        else {
          answer({ id, ok: true, begun: true, size: 2, changed: 7, offset: 0 });
          queueMicrotask(() => files.unit({ kind: "data", data: new TextEncoder().encode("hi") }));
          const sha256 = "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4";
          answer({ id, ok: true, done: true, sha256 });
        }
      },
    },
    "page",
  );
  const folder = { name: "srv", path: "/srv", kind: "folder", size: 0, changed: 0 };
  const archive = new Archive(
    { ...folder, unspeakable: false, part: false },
    {
      channel: files,
      changed: () => undefined,
      say: (key, values) => `${key} ${values?.names ?? ""}`,
      save: (_blob, name) => saved.push(name),
    },
  );
  await archive.run();
  expect(saved).toEqual(["srv.zip"]);
  expect(archive.transfer.state).toBe("done");
  expect(archive.transfer.sentence).toBe("left_out srv/way, srv/gone");
});
