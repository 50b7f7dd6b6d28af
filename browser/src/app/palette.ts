/** The command palette: type, arrows, Enter. Its entries are links in the page; the server adds more. */

interface Entry {
  label: string;
  href: string;
  words?: string;
}

function options(list: HTMLElement): HTMLAnchorElement[] {
  return [...list.querySelectorAll<HTMLAnchorElement>("a[role=option]")];
}

function shown(list: HTMLElement): HTMLAnchorElement[] {
  return options(list).filter((option) => !option.hidden);
}

function select(input: HTMLInputElement, list: HTMLElement, index: number): void {
  const visible = shown(list);
  visible.forEach((option, at) => {
    option.setAttribute("aria-selected", String(at === index));
  });
  const chosen = visible[index];
  chosen?.scrollIntoView({ block: "nearest" });
  if (chosen) {
    chosen.id ||= `palette-option-${options(list).indexOf(chosen)}`;
    input.setAttribute("aria-activedescendant", chosen.id);
  } else input.removeAttribute("aria-activedescendant");
}

function current(list: HTMLElement): number {
  return shown(list).findIndex((option) => option.getAttribute("aria-selected") === "true");
}

/** Every typed word must begin a word of the entry. */
function matches(option: HTMLAnchorElement, typed: string[]): boolean {
  const text = `${option.textContent ?? ""} ${option.dataset.words ?? ""}`.toLowerCase();
  return typed.every((word) => text.includes(word));
}

async function fetchEntries(list: HTMLElement, template: HTMLAnchorElement): Promise<void> {
  const response = await fetch("/palette.json", { credentials: "same-origin" }).catch(() => null);
  if (!response?.ok) return;
  const answer = (await response.json()) as { entries?: Entry[]; items?: Entry[] };
  const known = new Set(options(list).map((option) => option.getAttribute("href")));
  for (const entry of answer.entries ?? answer.items ?? []) {
    if (known.has(entry.href)) continue;
    const option = template.cloneNode(false) as HTMLAnchorElement;
    option.href = entry.href;
    option.textContent = entry.label;
    option.dataset.words = entry.words ?? "";
    list.append(option);
  }
}

function move(event: KeyboardEvent, input: HTMLInputElement, list: HTMLElement): void {
  const count = shown(list).length;
  if (count === 0) return;
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step === 0) return;
  event.preventDefault();
  select(input, list, (current(list) + step + count) % count);
}

export function startPalette(): void {
  const dialog = document.getElementById("palette");
  const list = document.getElementById("palette-list");
  const input = dialog?.querySelector<HTMLInputElement>("input");
  if (!(dialog instanceof HTMLDialogElement) || list === null || !input) return;
  let fetched = false;
  dialog.addEventListener("opened", () => {
    input.value = "";
    input.dispatchEvent(new Event("input"));
    const template = options(list)[0];
    if (!fetched && template !== undefined) {
      fetched = true;
      void fetchEntries(list, template);
    }
  });
  input.addEventListener("input", () => {
    const typed = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const option of options(list)) option.hidden = !matches(option, typed);
    select(input, list, 0);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault(); // a search field would only empty itself
      dialog.close();
      return;
    }
    if (event.key !== "Enter") {
      move(event, input, list);
      return;
    }
    const chosen = shown(list)[current(list)];
    if (chosen === undefined) return; // Enter submits the form: search
    event.preventDefault();
    dialog.close();
    chosen.click();
  });
}
