/** Lists by keyboard: j/k move, Enter opens, x picks; a row's own keys act on the selected row. */

import { enabled, going } from "./keys";

function list(): HTMLElement | null {
  return document.querySelector<HTMLElement>("[data-list]");
}

function rows(): HTMLElement[] {
  return [...(list()?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
}

export function selected(): HTMLElement | undefined {
  return rows().find((row) => row.getAttribute("aria-current") === "true");
}

function select(row: HTMLElement | undefined): void {
  if (row === undefined) return;
  for (const other of rows()) other.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  row.querySelector<HTMLElement>("a.row-link")?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  row.dispatchEvent(new CustomEvent("row-selected", { bubbles: true }));
}

function step(by: number): void {
  const all = rows();
  const chosen = selected();
  const at = chosen === undefined ? (by > 0 ? -1 : 0) : all.indexOf(chosen);
  select(all[Math.min(all.length - 1, Math.max(0, at + by))]);
}

function picked(): HTMLElement[] {
  return rows().filter((each) => each.dataset.picked !== undefined);
}

function pick(row: HTMLElement | undefined): void {
  if (row === undefined) return;
  if (row.dataset.picked === undefined) row.dataset.picked = "";
  else delete row.dataset.picked;
  countPicked();
}

function countPicked(): void {
  const count = picked().length;
  for (const bar of document.querySelectorAll<HTMLElement>(".picked-bar")) {
    bar.hidden = count === 0;
    const words = bar.querySelector("[data-picked-count]");
    if (words !== null) words.textContent = String(count);
  }
}

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest("input, textarea, select, .xterm, dialog[open]") !== null
  );
}

/** A row's own key on every picked row, else on the selected one. */
function press(key: string): boolean {
  const chosen = picked();
  const selector = `[data-row-key="${CSS.escape(key)}"]`;
  const buttons = (chosen.length > 0 ? chosen : [selected()])
    .map((row) => row?.querySelector<HTMLElement>(selector))
    .filter((button) => button != null);
  // A link leads to one place: it is followed for one row only.
  const one = buttons.length === 1 || !(buttons[0] instanceof HTMLAnchorElement);
  if (buttons.length === 0 || !one) return false;
  for (const button of buttons) button.click();
  clear(chosen);
  return true;
}

function act(key: string): boolean {
  if (key === "j" || key === "k") step(key === "j" ? 1 : -1);
  else if (key === "x") pick(selected());
  else return press(key);
  return true;
}

function clear(chosen: HTMLElement[]): void {
  for (const row of chosen) delete row.dataset.picked;
  countPicked();
}

/** The bar below picked rows: the same keys by pointer. */
function startPicked(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element | null;
    const key = target?.closest<HTMLElement>("[data-picked-key]")?.dataset.pickedKey;
    if (key !== undefined) act(key);
    if (target?.closest("[data-picked-clear]")) clear(picked());
  });
}

export function startRows(): void {
  if (list() === null) return;
  startPicked();
  // Capture: a row's own key comes before a page's key of the same letter.
  document.addEventListener(
    "keydown",
    (event) => {
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
      if (!plain || typing(event.target) || !enabled() || going()) return;
      if (act(event.key)) {
        event.preventDefault();
        event.stopPropagation();
      }
    },
    { capture: true },
  );
}
