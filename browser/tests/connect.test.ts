// @vitest-environment happy-dom
/** Connect on a device in contact on demand: it waits, and connects by itself when the device is there. */

import { expect, test, vi } from "vitest";
import { startConnect } from "../src/app/connect";
import { type Nudge, startEvents } from "../src/app/events";

/** The server's event stream as the browser would hand it on. */
class Stream {
  static readonly opened: Stream[] = [];
  onmessage?: (message: { data: string }) => void;
  constructor() {
    Stream.opened.push(this);
  }
  addEventListener(): void {}
}

const DEVICE = "d-1";
const EXPECTED = { code: "device-expected", sentence: "Expected 03:10. You are told." };

function link(device: string, state: string): void {
  const nudge: Nudge = { event: "device.link", topic: "", html: "", data: { device, state } };
  for (const stream of Stream.opened) stream.onmessage?.({ data: JSON.stringify(nudge) });
}

test("a page where Connect was pressed asks again when its device is linked, and only then", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (url: string) => {
    asked.push(url);
    const said = asked.length === 1 ? EXPECTED : { code: "held", sentence: "Held." };
    return Promise.resolve(new Response(JSON.stringify(said), { status: 409 }));
  });
  document.body.innerHTML = `<i id="live-dot"></i><section><button data-connect="/connect" data-device="${DEVICE}">Connect</button>
    <p class="tone-red" data-connect-answer hidden></p></section>`;
  vi.stubGlobal("EventSource", Stream);
  const locks = { request: (_name: string, leads: () => unknown) => leads() };
  Object.defineProperty(navigator, "locks", { value: locks, configurable: true });
  startEvents();
  await vi.waitFor(() => expect(Stream.opened).toHaveLength(1), 30_000);
  startConnect();
  link(DEVICE, "linked");
  expect(asked).toEqual([]);
  document.querySelector("button")?.click();
  const answer = document.querySelector<HTMLElement>("[data-connect-answer]");
  await vi.waitFor(() => expect(answer?.textContent).toBe(EXPECTED.sentence), 30_000);
  expect(answer?.classList.contains("tone-red")).toBe(false);
  expect(asked).toEqual(["/connect"]);
  link("d-2", "linked");
  link(DEVICE, "resting");
  expect(asked).toHaveLength(1);
  link(DEVICE, "linked");
  await vi.waitFor(() => expect(answer?.textContent).toBe("Held."), 30_000);
  expect(asked).toHaveLength(2);
  vi.unstubAllGlobals();
});
