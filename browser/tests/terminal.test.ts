// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Unit } from "../src/link/streams";
import type { SessionData } from "../src/session/bootstrap";
import { SessionPage } from "../src/terminal/page";
import { Screen } from "../src/terminal/screen";
import { FakeFront, FakeTime, freshKeys, sessionData, surroundings } from "./fake_front";
import { find, pretendScreen, show } from "./page";

const PAGE = `<div class="session"><span data-session-state></span><span data-session-recording></span>
  <div id="terminal"></div><div data-session-after hidden></div></div>`;
const TITLE = "Session on lijiang-frontdesk · Reachback";
const [BEL, ST, ESC] = ["\x07", "\x1b\\", "\x1b"];
const ascii = (words: string): Uint8Array => new TextEncoder().encode(words);

/** What a page must never do because a device printed something. */
function watched() {
  const clipboard = { writeText: vi.fn(), write: vi.fn(), readText: vi.fn(), read: vi.fn() };
  vi.stubGlobal("navigator", { ...navigator, userAgent: "tests", platform: "Linux", clipboard });
  vi.stubGlobal("Notification", vi.fn());
  const opened = vi.spyOn(window, "open").mockReturnValue(null);
  const assigned = vi.spyOn(window.location, "assign").mockReturnValue(undefined);
  return { clipboard, opened, assigned };
}

beforeEach(() => {
  show(PAGE);
  document.title = TITLE;
  pretendScreen();
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function lines(screen: Screen): string[] {
  const { active } = screen.terminal.buffer;
  const found: string[] = [];
  for (let at = 0; at < active.length; at += 1) {
    const line = active.getLine(at)?.translateToString(true) ?? "";
    if (line !== "") found.push(line.trim());
  }
  return found;
}

const written = (screen: Screen, words: string): Promise<void> =>
  new Promise((resolve) => screen.write(ascii(words), resolve));

describe("what a hostile device prints", () => {
  const HOSTILE: [string, string][] = [
    ["icon and title", `${ESC}]0;Your bank${BEL}`],
    ["icon", `${ESC}]1;Your bank${ST}`],
    ["title", `${ESC}]2;Your bank${ST}`],
    ["title in C1", "\x9d2;Your bank\x9c"],
    ["clipboard", `${ESC}]52;c;cm0gLXJmIC8=${BEL}`],
    ["primary selection", `${ESC}]52;p;cm0gLXJmIC8=${ST}`],
    ["a question for the clipboard", `${ESC}]52;c;?${BEL}`],
    ["a link", `${ESC}]8;;javascript:alert(1)${ST}press here${ESC}]8;;${ST}`],
    ["a link to a page", `${ESC}]8;;https://elsewhere.example/${BEL}press here${ESC}]8;;${BEL}`],
    ["a notification", `${ESC}]9;You have won${BEL}${ESC}]777;notify;You;won${BEL}`],
    ["a file", `${ESC}]1337;File=name=eC5leGU=;inline=0:AAAA${BEL}`],
    ["a colour question", `${ESC}]10;?${BEL}${ESC}]4;1;?${BEL}`],
    ["the title asked back", `${ESC}[21t`],
    ["the window moved", `${ESC}[3;0;0t${ESC}[8;200;200t`],
    ["an endless title", `${ESC}]2;${"A".repeat(100_000)}`],
  ];

  test.each(HOSTILE)("%s changes nothing but the screen", async (_name, bytes) => {
    const { clipboard, opened, assigned } = watched();
    const typed: string[] = [];
    const events = {
      typed: (data: Uint8Array) => typed.push(new TextDecoder().decode(data)),
      resized: () => typed.push("resized"),
    };
    const screen = new Screen(find("#terminal"), events, true);
    let title = "";
    screen.terminal.onTitleChange((words) => {
      title = words;
    });
    await written(screen, `before ${bytes}`);
    expect(document.title).toBe(TITLE);
    expect(title).toBe("");
    for (const act of Object.values(clipboard)) expect(act).not.toHaveBeenCalled();
    expect(opened).not.toHaveBeenCalled();
    expect(assigned).not.toHaveBeenCalled();
    expect(typed.filter((words) => words.includes("rm -rf") || words.includes("bank"))).toEqual([]);
    expect(document.querySelectorAll("a[href]")).toHaveLength(0);
    screen.terminal.dispose();
  });

  test("a link keeps its words and no address", async () => {
    watched();
    const screen = new Screen(find("#terminal"), { typed: () => 0, resized: () => 0 }, true);
    await written(screen, `${ESC}]8;;https://elsewhere.example/${ST}press here${ESC}]8;;${ST}`);
    expect(lines(screen)).toEqual(["press here"]);
    screen.terminal.options.linkHandler?.activate({} as MouseEvent, "https://elsewhere.example/", {
      start: { x: 1, y: 1 },
      end: { x: 5, y: 1 },
    });
    expect(window.open).not.toHaveBeenCalled();
    screen.terminal.dispose();
  });
});

test("a line that was lost and came back says so, and whether it is the slow one", async () => {
  watched();
  show(`<span data-session-slow hidden></span>${PAGE}`);
  const time = new FakeTime();
  const front = new FakeFront(time);
  const data: SessionData = { ...sessionData(), texts: { back: "Back after" } };
  const around = surroundings(front, time);
  const made = new SessionPage(find("#terminal"), data, freshKeys(), async () => "t1", around);
  made.start();
  await time.pass(50);
  expect(find("[data-session-state]").textContent).toBe("");
  expect(find("[data-session-slow]").hidden).toBe(true);
  const dial = () => front.dial();
  around.dial = () => Object.assign(dial(), { slow: true });
  front.wire.drop();
  expect(find(".session").dataset.link).toBe("lost");
  await time.pass(1000);
  expect(find("[data-session-state]").textContent).toContain("Back after");
  expect(find("[data-session-slow]").hidden).toBe(false);
  made.leave("");
});

describe("testimony beside the output", () => {
  async function page(texts: Record<string, string> = {}): Promise<SessionPage> {
    watched();
    const time = new FakeTime();
    const data: SessionData = { ...sessionData("watch"), texts };
    const around = surroundings(new FakeFront(time), time);
    return new SessionPage(find("#terminal"), data, freshKeys(), async () => "", around);
  }

  const drawn = (made: SessionPage): Promise<void> => written(made.screen, "");
  const gap = (length: number): Unit => ({
    kind: "gap",
    length,
    time: 1,
    salt: new Uint8Array(16),
    sha256: new Uint8Array(32),
  });
  const exit = (value: object): Unit => {
    const body = new Uint8Array([...new Uint8Array(24), ...ascii(JSON.stringify(value))]);
    return { kind: "ctrl", control: 5, body };
  };

  test("a GAP is a plain sentence with its length", async () => {
    const made = await page();
    made.unit({ kind: "data", data: ascii("ls\r\n") }, 0);
    made.unit(gap(1000), 4);
    made.unit({ kind: "data", data: ascii("after") }, 1004);
    await drawn(made);
    expect(lines(made.screen)).toEqual([
      "ls",
      "1000 B missing, as the device itself declares",
      "after",
    ]);
  });

  test("an EXIT says that the session is over and how the shell ended, once", async () => {
    const made = await page({ ended: "The session is over.", status: "Exit status" });
    made.unit(exit({ status: 3, signal: null }), 0);
    made.ended("The session has ended.");
    await drawn(made);
    const words = "The session is over. Exit status 3.";
    expect(lines(made.screen)).toEqual([words]);
    expect(find("[data-session-state]").textContent).toBe(words);
    expect(find(".session").dataset.link).toBe("ended");
    expect(find("[data-session-after]").hidden).toBe(false);
    expect(made.screen.terminal.options.disableStdin).toBe(true);
  });

  test.each([
    ["a status of nothing", { status: 0, signal: null }, "The session is over."],
    ["a signal", { status: null, signal: "KILL" }, "The session is over. Signal KILL."],
    ["a hostile signal", { status: null, signal: "\x1b]2;x\x07<b>" }, "The session is over."],
    ["no object", [], "The session is over."],
  ])("an EXIT with %s is one plain sentence", async (_name, value, words) => {
    const made = await page();
    made.unit(exit(value), 0);
    await drawn(made);
    expect(lines(made.screen)).toEqual([words]);
  });

  test("our own sentences carry nothing a terminal obeys", async () => {
    const made = await page();
    made.ended(`over${ESC}]2;Your bank${BEL}\x9b2J`);
    await drawn(made);
    expect(document.title).toBe(TITLE);
    expect(lines(made.screen)[0]).toContain("over");
  });
});
