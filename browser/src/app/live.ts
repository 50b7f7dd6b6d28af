/**
 * Live updates: a nudge's row is morphed in place (scroll, focus and selection stay); a new row appears at
 * once when the list stands at its top and waits behind "3 new" when it does not.
 */

import htmx from "htmx.org";
import { Idiomorph } from "idiomorph/dist/idiomorph.esm.js";
import { listen, type Nudge } from "./events";

const waiting = new Map<HTMLElement, HTMLElement[]>();

function firstElement(html: string): HTMLElement | undefined {
  const template = document.createElement("template");
  template.innerHTML = html; // rendered and escaped by our own server; scripts in templates never run
  return (template.content.firstElementChild as HTMLElement | null) ?? undefined;
}

function atTop(list: HTMLElement): boolean {
  const scroller = list.closest<HTMLElement>("[data-scrolls]") ?? document.scrollingElement;
  return (scroller?.scrollTop ?? 0) < 40;
}

function pill(list: HTMLElement): void {
  const button = document.querySelector<HTMLButtonElement>("button[data-new-rows]");
  const count = waiting.get(list)?.length ?? 0;
  if (button === null) return;
  button.hidden = count === 0;
  const words = button.querySelector<HTMLElement>("[data-count]") ?? button;
  if (words === button) button.textContent = `${count} ${button.dataset.newRows || "new"}`;
  else words.textContent = String(count);
}

/** What somebody is typing is left alone; a focused link gets its new words. */
function morphing(): object {
  const typing = document.activeElement?.matches("input, textarea, select") ?? false;
  return { morphStyle: "outerHTML", ignoreActiveValue: typing };
}

function insert(list: HTMLElement, row: HTMLElement): void {
  list.prepend(row);
  row.classList.add("is-new");
  htmx.process(row);
  list.dispatchEvent(new CustomEvent("rows-changed", { bubbles: true }));
}

function add(list: HTMLElement, row: HTMLElement): void {
  if (atTop(list)) {
    insert(list, row);
    return;
  }
  waiting.set(list, [...(waiting.get(list) ?? []).filter((other) => other.id !== row.id), row]);
  pill(list);
}

/** A list may show one status, team or customer only; the row says what it is in data-matches. */
function belongs(list: HTMLElement, nudge: Nudge): boolean {
  const view = list.dataset.view;
  if (view === undefined || view === "") return true;
  const views = nudge.data.views as string[] | undefined;
  return views === undefined || view.split(" ").some((each) => views.includes(each));
}

/** A stream that just opened repeats its last moments: what the page shows already may be newer. */
function older(row: HTMLElement, present: HTMLElement | null): boolean {
  return Number(row.dataset.version ?? 0) < Number(present?.dataset.version ?? 0);
}

function apply(list: HTMLElement, nudge: Nudge): void {
  const removed = nudge.data.removed as string | undefined;
  if (removed !== undefined) document.getElementById(removed)?.remove();
  const row = firstElement(nudge.html);
  if (row === undefined) return;
  const present = row.id === "" ? null : list.querySelector<HTMLElement>(`#${CSS.escape(row.id)}`);
  if (older(row, present)) return;
  if (!belongs(list, nudge)) {
    present?.remove();
    return;
  }
  if (present === null) {
    if (list.dataset.liveOnly === "present") return; // a typed filter: only its rows are kept up to date
    list.hidden = false;
    add(list, row);
    return;
  }
  for (const name of ["aria-current", "data-picked"]) {
    const value = present.getAttribute(name);
    if (value !== null) row.setAttribute(name, value);
  }
  Idiomorph.morph(present, row, morphing());
  const morphed = document.getElementById(row.id);
  if (morphed !== null) htmx.process(morphed);
}

/** Parts of a page that are fetched again when one of their events comes. */
async function refresh(element: HTMLElement): Promise<void> {
  const url = element.dataset.refreshUrl ?? location.href;
  const response = await fetch(url, {
    credentials: "same-origin",
    headers: { "HX-Request": "true", "HX-Target": element.id },
  }).catch(() => null);
  if (!response?.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = element.id === "" ? null : page.getElementById(element.id);
  const source = fresh ?? page.body.firstElementChild;
  if (source === null) return;
  Idiomorph.morph(element, source.outerHTML, morphing());
  document.dispatchEvent(new CustomEvent("refreshed"));
}

function concerns(element: HTMLElement, nudge: Nudge): boolean {
  if (!(element.dataset.refreshOn ?? "").split(/\s+/).includes(nudge.event)) return false;
  const only = element.dataset.refreshFor;
  return only === undefined || Object.values(nudge.data).includes(only);
}

function flagTitle(nudge: Nudge): void {
  const words = nudge.data.title as string | undefined;
  if (words === undefined || !document.querySelector("[data-live]")) return;
  const plain = document.title.replace(/^\(!\) [^·]*· /, "");
  document.title = `(!) ${words} · ${plain}`;
}

/** A nudge came: lists and parts of the page that it concerns follow. */
export function receive(nudge: Nudge): void {
  for (const list of document.querySelectorAll<HTMLElement>("[data-live]")) {
    if (list.dataset.live === nudge.topic) apply(list, nudge);
  }
  for (const element of document.querySelectorAll<HTMLElement>("[data-refresh-on]")) {
    if (concerns(element, nudge)) void refresh(element);
  }
  flagTitle(nudge);
  if (nudge.event === "reload") {
    for (const element of document.querySelectorAll<HTMLElement>("[data-refresh-on]")) {
      void refresh(element);
    }
  }
}

export function startLive(): void {
  listen(receive);
  document.addEventListener("click", (event) => {
    const button = (event.target as Element | null)?.closest("button[data-new-rows]");
    if (!button) return;
    for (const [list, rows] of waiting) for (const row of rows) insert(list, row);
    waiting.clear();
    (button as HTMLButtonElement).hidden = true;
    window.scrollTo({ top: 0 });
  });
}
