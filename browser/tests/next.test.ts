// @vitest-environment happy-dom
/** A recipe's next step: asked for until the server knows how the present one ended. */

import { afterEach, expect, test, vi } from "vitest";
import { nextStep } from "../src/run/next";

const AROUND = { wait: 1, patience: 4, store: () => Promise.resolve() };
const PLAN = { next: "/recipes/runs/1/next", page: "/recipes/runs/1/" };

function answers(...found: [number, object][]): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (_url: string, request: { body: URLSearchParams }) => {
    asked.push(request.body.get("session_key") ?? "");
    const [status, value] = found[Math.min(asked.length, found.length) - 1] ?? [500, {}];
    return Promise.resolve(new Response(JSON.stringify(value), { status }));
  });
  return asked;
}

afterEach(() => vi.unstubAllGlobals());

test("it waits for the end to be known, then goes to the next step with one key", async () => {
  const granted = { session: "s2", page: "/sessions/s2/", ticket: "t" };
  const asked = answers([202, { page: PLAN.page }], [202, { page: PLAN.page }], [201, granted]);
  expect(await nextStep(PLAN, AROUND)).toBe("/sessions/s2/");
  expect(new Set(asked).size).toBe(1);
  expect(asked[0]).toMatch(/^ssh-ed25519 /);
  expect(sessionStorage.getItem("reachback-session-s2")).toContain('"ticket":"t"');
});

test("what is over or refused leads to the recipe's own page", async () => {
  for (const status of [409, 403, 500]) {
    answers([status, { code: "step-not-due", page: "/elsewhere/" }]);
    expect(await nextStep(PLAN, AROUND)).toBe(PLAN.page);
  }
});

test("a server that never hears of the end is waited for with an end", async () => {
  answers([202, { page: PLAN.page }]);
  expect(await nextStep(PLAN, AROUND)).toBeUndefined();
});
