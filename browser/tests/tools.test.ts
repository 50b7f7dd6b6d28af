// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DataCap } from "../src/terminal/cap";
import { Screen } from "../src/terminal/screen";
import { controlled, pasteable, Tools } from "../src/terminal/tools";
import { find, pretendScreen, show } from "./page";

const PAGE = `<div id="terminal"></div>
  <div data-terminal-keys><button data-send="ctrl"></button><button data-send="esc"></button>
    <button data-send="up"></button><button data-send="|"></button></div>
  <form data-terminal-find hidden><input></form>
  <dialog data-terminal-paste><form method="dialog"><pre></pre><span data-lines></span></form></dialog>
  <dialog id="data-cap"><form method="dialog"><input type="number"></form></dialog>`;

let screen: Screen;
let tools: Tools;
let typed: string[];
let echoed: number;
let asked: number[];

beforeEach(() => {
  show(PAGE);
  localStorage.clear();
  sessionStorage.clear();
  pretendScreen();
  typed = [];
  echoed = 0;
  asked = [];
  const events = {
    typed: (bytes: Uint8Array) => typed.push(new TextDecoder().decode(bytes)),
    resized: () => undefined,
  };
  screen = new Screen(find("#terminal"), events, false);
  tools = new Tools(screen, find("#terminal"), {
    echo: () => {
      echoed += 1;
    },
    tab: () => asked.push(-1),
    show: (index) => asked.push(index),
  });
});

afterEach(() => {
  screen.terminal.dispose();
  vi.unstubAllGlobals();
});

function chord(code: string): void {
  const field = find(".xterm-helper-textarea");
  const held = { code, ctrlKey: true, shiftKey: true, bubbles: true, cancelable: true };
  field.dispatchEvent(new KeyboardEvent("keydown", held));
}

test("chords ask the page for one more shell and for the shell at a place", () => {
  for (const code of ["Enter", "Digit1", "Digit9"]) chord(code);
  expect(asked).toEqual([-1, 0, 8]);
});

test("one pasted line goes in at once, without what a terminal obeys", () => {
  tools.paste("echo \x1b[201~hi\x07\tthere");
  expect(typed).toEqual(["echo [201~hi\tthere"]);
  expect(pasteable("a\x00b\x9b1mc\nd")).toBe("ab1mc\nd");
});

test("several lines are shown and wait for a yes", () => {
  const dialog = find<HTMLDialogElement>("[data-terminal-paste]");
  tools.paste("rm -r x\nreboot\n");
  expect(dialog.open).toBe(true);
  expect(find("pre").textContent).toBe("rm -r x\nreboot\n");
  expect(find("[data-lines]").textContent).toBe("2");
  expect(typed).toEqual([]);
  dialog.close("");
  expect(typed).toEqual([]);
  tools.paste("one\ntwo");
  dialog.close("paste");
  expect(typed).toEqual(["one\rtwo"]);
});

test("a phone's keys send what a keyboard would; Ctrl changes the next letter", () => {
  for (const key of ["esc", "up", "|"]) find(`[data-send="${key}"]`).click();
  find("[data-send=ctrl]").click();
  expect(find("[data-send=ctrl]").ariaPressed).toBe("true");
  screen.terminal.input("c");
  screen.terminal.input("c");
  expect(typed).toEqual(["\x1b", "\x1b[A", "|", "\x03", "c"]);
  expect([controlled("["), controlled("é"), controlled("ab")]).toEqual(["\x1b", "é", "ab"]);
});

test("letters grow, shrink and are remembered; the finder and the echo switch have keys", () => {
  chord("ArrowUp");
  chord("ArrowUp");
  chord("ArrowDown");
  expect(screen.terminal.options.fontSize).toBe(15);
  expect(localStorage.getItem("reachback-terminal-font")).toBe("15");
  chord("Digit0");
  expect(screen.terminal.options.fontSize).toBe(14);
  chord("KeyE");
  expect(echoed).toBe(1);
  chord("KeyF");
  expect(find("[data-terminal-find]").hidden).toBe(false);
  expect(typed).toEqual([]);
});

test("a data cap warns at four fifths, says when it is reached, and is kept for the session", () => {
  const heard: (number | undefined)[] = [];
  const cap = new DataCap("s1", (bytes) => heard.push(bytes));
  expect(cap.state(10 ** 9, {}).tone).toBe("");
  find<HTMLInputElement>("#data-cap input").value = "0.5";
  find<HTMLDialogElement>("#data-cap").showModal();
  find<HTMLDialogElement>("#data-cap").close("set");
  expect(cap.state(399_999, {}).tone).toBe("");
  expect(cap.state(400_000, {})).toEqual({ tone: "near", words: "80 % of the data cap" });
  expect(cap.state(500_000, {}).tone).toBe("full");
  const again = new DataCap("s1", (bytes) => heard.push(bytes));
  expect(again.state(400_000, {}).tone).toBe("near");
  find<HTMLDialogElement>("#data-cap").showModal();
  find<HTMLDialogElement>("#data-cap").close("none");
  expect(heard).toEqual([500_000, 500_000, undefined, undefined]);
});
