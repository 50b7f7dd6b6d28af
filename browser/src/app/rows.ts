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

function pick(row: HTMLElement | undefined): void {
  if (row === undefined) return;
  if (row.dataset.picked === undefined) row.dataset.picked = "";
  else delete row.dataset.picked;
  const box = row.querySelector<HTMLInputElement>("input[type=checkbox]");
  if (box !== null) {
    box.checked = row.dataset.picked !== undefined;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }
  const count = rows().filter((each) => each.dataset.picked !== undefined).length;
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

function act(key: string): boolean {
  if (key === "j" || key === "k") step(key === "j" ? 1 : -1);
  else if (key === "x") pick(selected());
  else {
    const row = selected();
    const button = row?.querySelector<HTMLElement>(`[data-row-key="${CSS.escape(key)}"]`);
    if (!button) return false;
    button.click();
  }
  return true;
}

export function startRows(): void {
  if (list() === null) return;
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
