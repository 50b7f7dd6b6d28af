// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { SessionData } from "../src/session/bootstrap";
import type { KeptSession } from "../src/signing/keyring";
import { SessionPage } from "../src/terminal/page";
import { newKey, openTabs, TabBar } from "../src/terminal/tabs";
import { FakeFront, FakeTime, freshKeys, sessionData, settle, surroundings } from "./fake_front";
import { find, pretendScreen, show } from "./page";

const PAGE = `<div class="session"><span data-session-state></span><nav data-shell-tabs hidden></nav>
  <div id="terminal"></div><dialog id="close-shell"></dialog>
  <button data-session-take hidden></button></div>`;
const shell = (number: number) => ({ key: `session-1.${number}`, kind: "shell" });

function known(...numbers: number[]): KeptSession {
  return { ...freshKeys().kept, channels: numbers.map(shell) };
}

function data(mode: "open" | "watch" = "open"): SessionData {
  const made = sessionData(mode);
  return { ...made, session: "session-1", channel: { ...made.channel, ...shell(1) } };
}

beforeEach(() => {
  show(PAGE);
  localStorage.clear();
  pretendScreen();
});

afterEach(() => vi.unstubAllGlobals());

describe("which shells a page has", () => {
  const keys = (plans: { key: string }[]) => plans.map((plan) => plan.key);

  test("a new session begins with its first; one that is taken up has all that were not closed", () => {
    expect(keys(openTabs(data(), known()))).toEqual(["session-1.1"]);
    expect(keys(openTabs(data(), known(3, 1, 10)))).toEqual([
      "session-1.1",
      "session-1.3",
      "session-1.10",
    ]);
    const closed = { ...known(1, 2), closed: ["session-1.1"] };
    expect(keys(openTabs(data(), closed))).toEqual(["session-1.2"]);
    const asked = { ...known(1), openings: { "session-1.2": { body: "", signatures: [] } } };
    expect(keys(openTabs(data(), asked))).toEqual(["session-1.1", "session-1.2"]);
  });

  test("a watcher sees those that are recorded", () => {
    const watched = { ...data("watch"), recordings: ["session-1.1", "session-1.2"] };
    expect(keys(openTabs(watched, known()))).toEqual(["session-1.1", "session-1.2"]);
  });

  test("a colleague's shells are asked for with the offer, until each has answered", () => {
    const offer = { body: "{}", signatures: ["s"] };
    const taking = { offer, run_as: "guest", channels: ["session-1.2", "session-1.3"] };
    const plans = openTabs(data(), { ...known(), taking });
    expect(plans).toEqual([
      { key: "session-1.2", kind: "attach", parameters: { run_as: "guest", offer } },
      { key: "session-1.3", kind: "attach", parameters: { run_as: "guest", offer } },
    ]);
    const half = { ...known(2), taking: { ...taking, channels: ["session-1.3"] } };
    expect(openTabs(data(), half).map((plan) => plan.kind)).toEqual(["shell", "attach"]);
  });

  test("a number is never used twice, also when its shell was closed", () => {
    expect(newKey(data(), known(1, 7))).toBe("session-1.8");
    expect(newKey({ ...data(), recordings: ["session-1.9"] }, known(1))).toBe("session-1.10");
  });
});

describe("the page", () => {
  async function started(): Promise<{ page: SessionPage; front: FakeFront; time: FakeTime }> {
    const time = new FakeTime();
    const front = new FakeFront(time);
    const page = new SessionPage(
      find("#terminal"),
      data(),
      freshKeys(),
      async () => "ticket",
      surroundings(front, time),
    );
    page.start();
    await time.pass(100);
    return { page, front, time };
  }

  const names = () =>
    [...document.querySelectorAll(".shell-tab > :first-child")].map((each) => each.textContent);

  test("shows one shell without a bar, and a bar with two", async () => {
    const { page, time } = await started();
    expect(find("[data-shell-tabs]").hidden).toBe(true);
    const first = page.screen;
    find("[data-shell-tabs] > button").click();
    await time.pass(100);
    expect(find("[data-shell-tabs]").hidden).toBe(false);
    expect(names()).toEqual(["Shell 1", "Shell 2"]);
    expect(page.screen).not.toBe(first);
    expect(find("[aria-current]").textContent).toBe("Shell 2");
    const hidden = [...document.querySelectorAll<HTMLElement>(".shell")].map((each) => each.hidden);
    expect(hidden).toEqual([true, false]);
  });

  test("says when the same person goes on elsewhere, and offers to take it up again", async () => {
    const { front, time } = await started();
    const value = { code: "taken-up", sentence: "Tomás Rivera went on in another browser." };
    front.send({ name: "close", ch: 16, value });
    front.flush();
    await time.pass(100);
    expect(find("[data-session-state]").textContent).toBe(value.sentence);
    expect(find("[data-session-take]").hidden).toBe(false);
    expect(find(".session").dataset.link).toBe("ended");
  });

  test("asks before it closes a shell, and the session outlives its first", async () => {
    const { page, time } = await started();
    find("[data-shell-tabs] > button").click();
    await time.pass(100);
    find("[aria-label='Close shell 1']").click();
    const dialog = find<HTMLDialogElement>("#close-shell");
    expect(dialog.open).toBe(true);
    page.ended("The technician closed it.");
    expect(names()).toEqual(["Shell 1 (ended)", "Shell 2"]);
    expect(find(".session").dataset.link).not.toBe("ended");
    find("[aria-label='Close shell 1']").click(); // it is over: nothing to ask
    await settle();
    expect(names()).toEqual(["Shell 2"]);
    expect(find("[data-shell-tabs]").hidden).toBe(true);
  });
});

test("a watcher's bar has nothing to close and nothing to add", () => {
  const bar = new TabBar({ tab: "Shell %s" }, { show: vi.fn(), close: vi.fn(), add: vi.fn() });
  bar.draw(
    [
      { number: 1, over: false },
      { number: 2, over: true },
    ],
    0,
    false,
    false,
  );
  expect(document.querySelectorAll("[data-shell-tabs] button")).toHaveLength(2);
});
