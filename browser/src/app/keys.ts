/** Every action by key, every key discoverable: [data-key], [data-go], [data-opens], and the ? sheet. */

const GO_MILLISECONDS = 1200;

/** A dialog that has just been closed keeps the focus for a frame: its field hears nothing any more. */
function inField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest("dialog:not([open])") === null &&
    (target.isContentEditable ||
      target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, .xterm") !==
        null)
  );
}

export function enabled(): boolean {
  return document.documentElement.dataset.keys !== "off";
}

function visible(element: HTMLElement): boolean {
  return element.checkVisibility?.({ checkVisibilityCSS: true }) ?? element.offsetParent !== null;
}

function find(attribute: string, key: string): HTMLElement | undefined {
  const scope = document.querySelector("dialog[open]") ?? document;
  const selector = `[${attribute}="${CSS.escape(key)}"]`;
  return [...scope.querySelectorAll<HTMLElement>(selector)].find(
    (element) => visible(element) && !element.hasAttribute("disabled"),
  );
}

export function openDialog(id: string): void {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return;
  if (id === "keys-sheet") fillSheet(dialog);
  dialog.showModal();
  dialog.dispatchEvent(new CustomEvent("opened"));
}

/** What an element says it does, without its printed key. */
function words(element: HTMLElement): string {
  const label = element.getAttribute("aria-label");
  if (label !== null) return label;
  const copy = element.cloneNode(true) as HTMLElement;
  for (const extra of copy.querySelectorAll("kbd, svg, .rail-count")) extra.remove();
  return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
}

function line(label: string, key: string): HTMLElement {
  const row = document.createElement("div");
  const said = document.createElement("span");
  said.textContent = label;
  const mark = document.createElement("kbd");
  mark.className = "key";
  mark.textContent = key;
  row.append(said, mark);
  return row;
}

/** A list is walked by keys that no element shows; its words come with it, translated. */
function listLines(): HTMLElement[] {
  const said = document.querySelector<HTMLElement>("[data-list]")?.dataset ?? {};
  const keys: [string | undefined, string][] = [
    [said.nextWords, "j"],
    [said.previousWords, "k"],
    [said.openWords, "Enter"],
    [said.pickWords, "x"],
  ];
  return keys.flatMap(([label, key]) => (label === undefined ? [] : [line(label, key)]));
}

function fillSheet(dialog: HTMLDialogElement): void {
  const sheet = dialog.querySelector<HTMLElement>("[data-keys-sheet]");
  if (sheet === null) return;
  const seen = new Set<string>();
  const rows = listLines();
  const keyed = "[data-key], [data-row-key], [data-go]";
  for (const element of document.querySelectorAll<HTMLElement>(keyed)) {
    const key = element.dataset.key ?? element.dataset.rowKey ?? `g ${element.dataset.go}`;
    if (seen.has(key) || words(element) === "") continue;
    seen.add(key);
    rows.push(line(words(element), key));
  }
  sheet.replaceChildren(...rows);
}

let goUntil = 0;

/** Whether `g` was pressed and the next letter names a place: no row's or page's key is meant. */
export function going(): boolean {
  return Date.now() < goUntil;
}

/** Return whether the key belongs to a field, a chord or somebody who switched letters off. */
function elsewhere(event: KeyboardEvent): boolean {
  const chord = event.ctrlKey || event.metaKey || event.altKey;
  return chord || inField(event.target) || !enabled() || event.defaultPrevented;
}

function follow(event: KeyboardEvent): void {
  const toPlace = going();
  goUntil = 0;
  if (!toPlace && event.key === "g") {
    goUntil = Date.now() + GO_MILLISECONDS;
    return;
  }
  const target = find(toPlace ? "data-go" : "data-key", event.key);
  if (target === undefined) return;
  event.preventDefault();
  if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) target.focus();
  else target.click();
}

function pressed(event: KeyboardEvent): void {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openDialog("palette");
  } else if (elsewhere(event)) return;
  else if (event.key === "?") {
    event.preventDefault();
    openDialog("keys-sheet");
  } else follow(event);
}

function clicked(event: MouseEvent): void {
  const target = event.target as Element | null;
  const opener = target?.closest<HTMLElement>("[data-opens]");
  if (opener?.dataset.opens !== undefined) {
    event.preventDefault();
    openDialog(opener.dataset.opens);
  }
  target?.closest("[data-closes-dialog]")?.closest("dialog")?.close();
}

export function startKeys(): void {
  document.addEventListener("keydown", pressed);
  document.addEventListener("click", clicked);
}
