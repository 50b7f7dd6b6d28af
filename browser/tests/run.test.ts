// @vitest-environment happy-dom
/** A run's output: text that commands nothing, two streams told apart, and a bounded page. */

import { expect, test } from "vitest";
import { Output, visible } from "../src/run/output";

const bytes = (text: string) => new TextEncoder().encode(text);

function output(): { element: HTMLElement; drawn: Output } {
  const element = document.createElement("pre");
  return { element, drawn: new Output(element, "standard error") };
}

test("what a device writes is text: markup, escapes and reversing marks do nothing", () => {
  const { element, drawn } = output();
  drawn.write(bytes("<img src=x onerror=alert(1)>\x1b]52;c;aGk=\x07\u202e\r\n"), "out");
  expect(element.querySelector("img")).toBeNull();
  expect(element.textContent).toBe("<img src=x onerror=alert(1)>␛]52;c;aGk=␇\ufffd\n");
  expect(visible("tab\tstays")).toBe("tab\tstays");
});

test("standard error stands apart, in the order it came", () => {
  const { element, drawn } = output();
  drawn.write(bytes("one\n"), "out");
  drawn.write(bytes("wrong\n"), "err");
  drawn.write(bytes("two\n"), "out");
  const pieces = [...element.children] as HTMLElement[];
  expect(pieces.map((each) => each.dataset.stream)).toEqual(["out", "err", "out"]);
  expect(pieces[1]?.className).toBe("run-error");
  expect(drawn.bytes).toBe(14);
});

test("a letter cut in two is drawn when its rest has come", () => {
  const { element, drawn } = output();
  const letter = bytes("莲");
  drawn.write(letter.slice(0, 2), "out");
  drawn.write(letter.slice(2), "out");
  expect(element.textContent).toBe("莲");
});

test("a very long output keeps its end in the page and says that the beginning is elsewhere", () => {
  const { element, drawn } = output();
  for (let n = 0; n < 50; n += 1) drawn.write(bytes(`${n}:${"x".repeat(10_000)}\n`), "out");
  expect(drawn.shortened).toBe(true);
  expect(element.textContent?.length).toBeLessThanOrEqual(400_000);
  expect(element.textContent).toContain("49:x");
  expect(element.textContent).not.toContain("\n1:x");
});
