/** A page in happy-dom with the markup of server/src/reachback/ui/README.md. */

import { vi } from "vitest";

export function show(html: string): void {
  document.documentElement.dataset.keys = "on";
  document.documentElement.dataset.theme = "system";
  document.body.innerHTML = html;
}

export function press(
  key: string,
  target: Element = document.body,
  more: object = {},
): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  target.dispatchEvent(event);
  return event;
}

export function find<T extends HTMLElement = HTMLElement>(selector: string): T {
  const element = document.querySelector<T>(selector);
  if (element === null) throw new Error(`${selector} is not on the page`);
  return element;
}

/** What a click on the element would do, counted instead of done. */
export function clicks(selector: string): () => number {
  let count = 0;
  find(selector).addEventListener("click", (event) => {
    event.preventDefault();
    count += 1;
  });
  return () => count;
}

export interface Asked {
  url: string;
  body: string;
  type: string;
}

/** Answer every request of the page with one answer; returns what was asked. */
export function answerWith(status: number, value: unknown): Asked[] {
  const asked: Asked[] = [];
  globalThis.fetch = async (url, init) => {
    const type = new Headers(init?.headers).get("Content-Type") ?? "";
    asked.push({ url: String(url), body: String(init?.body ?? ""), type });
    return new Response(JSON.stringify(value), { status });
  };
  return asked;
}

/** What a terminal asks of a screen and happy-dom does not have. */
export function pretendScreen(): void {
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe(): void {}
    },
  );
  vi.stubGlobal("matchMedia", () => ({
    addListener: () => undefined,
    removeListener: () => undefined,
    addEventListener: () => undefined,
  }));
}
