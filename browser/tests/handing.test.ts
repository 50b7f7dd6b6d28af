// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { HandingPlan } from "../src/session/bootstrap";
import { Handing } from "../src/terminal/handing";
import { freshKeys, sessionData } from "./fake_front";
import { find, show } from "./page";

const GIVER = `<div data-handing hidden><p data-handing-words></p>
  <button data-handing-withdraw hidden></button></div>`;
const TAKER = `<div data-handing-offer><span data-handing-refused hidden></span>
  <button data-handing-take></button></div>`;
const texts = { handing_expired: "Nobody took it.", handing_too_late: "Too late." };
const offered = { to: "Maya", by: "Tomás", note: "Look at the log.", expires: 600_000 };

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});

afterEach(() => {
  vi.useRealTimers();
});

function started(handing: HandingPlan, mode: "open" | "watch"): void {
  new Handing({ ...sessionData(mode), texts, handing }, freshKeys()).start();
}

test("the giver's page says by itself that an offer has expired", () => {
  show(GIVER);
  started({ offered }, "open");
  vi.advanceTimersByTime(599_000);
  expect(find("[data-handing-words]").textContent).toContain("Offered to Maya");
  expect(find("[data-handing-withdraw]").hidden).toBe(false);
  vi.advanceTimersByTime(1_000);
  expect(find("[data-handing-words]").textContent).toBe("Nobody took it.");
  expect(find("[data-handing-withdraw]").hidden).toBe(true);
});

test("an offer that was taken does not expire", () => {
  show(GIVER);
  started({ offered }, "open");
  find("[data-handing]").hidden = true; // what the session's page does then
  vi.advanceTimersByTime(600_000);
  expect(find("[data-handing]").hidden).toBe(true);
});

test("the colleague's page offers nothing that has expired", () => {
  show(TAKER);
  started({ to_me: offered }, "watch");
  expect(find("[data-handing-take]").hidden).toBe(false);
  vi.advanceTimersByTime(600_000);
  expect(find("[data-handing-refused]").textContent).toBe("Too late.");
  expect(find("[data-handing-take]").hidden).toBe(true);
});
