// @vitest-environment happy-dom
import { beforeEach, describe, expect, test } from "vitest";
import { Restart, STEPS } from "../src/terminal/restart";
import { show } from "./page";

const items = STEPS.map((step) => `<li>${step}</li>`).join("");
const texts = {
  restart_asked: "asked",
  restart_down: "down",
  restart_away: "away",
  restart_usual: "usually %s s",
  restart_since: "%s s",
  restart_up: "up",
  restart_back: "back in %s s",
  restart_missing: "not back in %s s",
};

function device(boot = "") {
  const said: string[] = [];
  const kept: string[] = [];
  const clock = { now: 0 };
  let renewed = 0;
  const host = {
    say: (words: string) => said.push(words),
    renew: () => {
      renewed += 1;
      return true;
    },
    keep: (each: string) => kept.push(each),
  };
  const restart = new Restart(
    { texts, restart: { usual: 36.6, limit: 300 } },
    host,
    boot,
    () => clock.now,
  );
  return { restart, said, kept, clock, renewals: () => renewed };
}

function step(): string {
  return document.querySelector("[aria-current=step]")?.textContent ?? "";
}

beforeEach(() => show(`<ol data-restart-steps hidden>${items}</ol>`));

describe("a restart", () => {
  test("goes from asked to back, and a new shell is opened once the device is on another boot", () => {
    const { restart, said, clock, renewals } = device();
    restart.notice({ device: "back", boot: "b-1" });
    expect(restart.active).toBe(false);
    restart.asked();
    expect(step()).toBe("asked");
    restart.shellEnded();
    expect([step(), renewals()]).toEqual(["down", 0]);
    restart.notice({ device: "rebooting", boot: "b-1" });
    restart.notice({ device: "rebooting", boot: "b-1" });
    clock.now = 20_000;
    restart.tell();
    expect([step(), said.at(-1)]).toEqual(["away", "away · 20 s · usually 37 s"]);
    restart.notice({ device: "back", boot: "b-2" });
    expect([step(), renewals()]).toEqual(["up", 1]);
    clock.now = 37_000;
    restart.opened();
    expect([step(), said.at(-1), restart.active]).toEqual(["back", "back in 37 s", false]);
  });

  test("nobody announced looks the same: the boot id tells it, before or after the shell's end", () => {
    const { restart, renewals } = device();
    restart.notice({ device: "back", boot: "b-1" });
    restart.notice({ device: "lost", boot: "b-1" });
    expect(restart.active).toBe(false);
    restart.notice({ device: "back", boot: "b-2" });
    expect([step(), renewals()]).toEqual(["up", 0]);
    restart.shellEnded();
    expect(renewals()).toBe(1);
  });

  test("a lost link of the same boot is none", () => {
    const { restart, renewals } = device();
    restart.notice({ device: "back", boot: "b-1" });
    restart.notice({ device: "lost", boot: "b-1" });
    restart.notice({ device: "back", boot: "b-1" });
    expect([restart.active, renewals()]).toEqual([false, 0]);
  });

  test("is known to a page that was loaded in the middle of it", () => {
    const { restart, kept, renewals } = device("b-1");
    restart.notice({ device: "back", boot: "b-2" });
    restart.shellEnded();
    expect([renewals(), kept]).toEqual([1, ["b-2"]]);
  });

  test("that takes longer than its limit is said to be missing", () => {
    const { restart, said, clock } = device();
    restart.notice({ device: "back", boot: "b-1" });
    restart.notice({ device: "rebooting", boot: "b-1" });
    clock.now = 301_000;
    restart.tell();
    expect(said.at(-1)).toBe("not back in 301 s");
    restart.shellEnded();
    restart.notice({ device: "back", boot: "b-2" });
    expect(step()).toBe("up");
  });

  test("that is refused leaves the page as it was", () => {
    const { restart, said } = device();
    restart.asked();
    restart.off("Outside the window.");
    expect([restart.active, said.at(-1), step()]).toEqual([false, "Outside the window.", ""]);
  });
});
