/** The diff an edit shows before it is saved. */

import { expect, test } from "vitest";
import { diff, hunks } from "../src/files/diff";

/** Both texts can be had back from their difference. */
function both(before: string, after: string): void {
  const lines = diff(before, after);
  const old = lines.filter((line) => line.kind !== "new").map((line) => line.text);
  const now = lines.filter((line) => line.kind !== "gone").map((line) => line.text);
  expect(old.join("\n")).toBe(before);
  expect(now.join("\n")).toBe(after);
  const numbers = lines.filter((line) => line.kind !== "gone").map((line) => line.now);
  expect(numbers).toEqual(numbers.map((_number, index) => index + 1));
}

test("shows what went, what came and what stayed", () => {
  const lines = diff("a\nb\nc\nd", "a\nx\nc\nd\ne");
  expect(lines.map(({ kind, text }) => `${kind} ${text}`)).toEqual([
    "same a",
    "gone b",
    "new x",
    "same c",
    "same d",
    "new e",
  ]);
});

test("loses nothing, whatever the texts", () => {
  const words = ["", "a", "b", "c"];
  let seed = 7;
  const random = (most: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % most;
  };
  for (let round = 0; round < 300; round += 1) {
    const text = () => Array.from({ length: random(12) }, () => words[random(4)]).join("\n");
    both(text(), text());
  }
  both("", "a");
  both("a\n", "");
});

test("is the shortest there is", () => {
  const lines = diff("a\nb\nc\na\nb\nb\na", "c\nb\na\nb\na\nc");
  expect(lines.filter((line) => line.kind !== "same")).toHaveLength(5);
});

test("of two unlike files is one replacement, soon", () => {
  const text = (mark: string) => Array.from({ length: 4000 }, (_each, i) => mark + i).join("\n");
  const lines = diff(text("a"), text("b"));
  expect(lines).toHaveLength(8000);
});

test("is shown with three lines around each change", () => {
  const before = Array.from({ length: 40 }, (_each, i) => `l${i}`);
  const after = [...before];
  after[4] = "x";
  after[9] = "y";
  after[30] = "z";
  const found = hunks(diff(before.join("\n"), after.join("\n")));
  expect(found.map((hunk) => [hunk.lines[0]?.text, hunk.lines.at(-1)?.text])).toEqual([
    ["l1", "l12"],
    ["l27", "l33"],
  ]);
  const texts = found[0]?.lines.map((line) => line.text);
  expect(texts).toEqual([
    ...["l1", "l2", "l3", "l4", "x", "l5", "l6", "l7", "l8"],
    ...["l9", "y", "l10", "l11", "l12"],
  ]);
});
