/** What a technician does with the terminal itself: find, copy, paste, letters, keys a phone does not have. */

import type { Screen } from "./screen";

const SMALLEST = 8;
const LARGEST = 32;
const USUAL = 14;
const PASTE_SHOWN = 4000; // characters of a paste shown before it is confirmed
const FONT = "reachback-terminal-font";
const PHONE: Record<string, string> = {
  esc: "\x1b",
  tab: "\t",
  up: "\x1b[A",
  down: "\x1b[B",
  right: "\x1b[C",
  left: "\x1b[D",
};
const APPLICATION: Record<string, string> = {
  up: "\x1bOA",
  down: "\x1bOB",
  right: "\x1bOC",
  left: "\x1bOD",
};

function part<T extends HTMLElement>(name: string): T | null {
  return document.querySelector<T>(`[data-terminal-${name}]`);
}

/** What may be pasted: text, tabs and line ends; a clipboard may hold anything. */
export function pasteable(text: string): string {
  return text.replace(/(?![\t\n\r])\p{Cc}/gu, "");
}

/** What the Control key makes of a character; the character itself when it makes nothing. */
export function controlled(text: string): string {
  const code = text.toUpperCase().charCodeAt(0);
  return text.length === 1 && code >= 0x40 && code < 0x60 ? String.fromCharCode(code - 0x40) : text;
}

/** What the tools ask of their page. */
export interface PageActs {
  /** Switch local echo. */
  echo(): void;
  /** One more shell. */
  tab(): void;
  /** The shell at this place, from 0. */
  show(index: number): void;
}

export class Tools {
  private control = false;
  private acts: Record<string, () => void>;
  private screens: Screen[] = [];

  /** `screen` is the one shown; `adopt` and `use` bring others. */
  constructor(
    private screen: Screen,
    element: HTMLElement,
    page: PageActs,
  ) {
    this.acts = {
      find: () => this.find(),
      copy: () => this.copy(),
      larger: () => this.letters(1),
      smaller: () => this.letters(-1),
      usual: () => this.letters(0),
      keys: () => this.keys(),
      echo: () => page.echo(),
      tab: () => page.tab(),
    };
    for (let index = 0; index < 9; index += 1) this.acts[`tab${index}`] = () => page.show(index);
    this.adopt(screen, element);
    for (const button of document.querySelectorAll<HTMLElement>("[data-tool]")) {
      button.addEventListener("click", () => this.acts[button.dataset.tool ?? ""]?.());
    }
    const menu = document.querySelector<HTMLDetailsElement>(".session-tools");
    menu?.querySelector(".session-menu")?.addEventListener("click", () => {
      menu.open = false;
    });
    const row = part("keys");
    row?.addEventListener("pointerdown", (event) => event.preventDefault()); // the keyboard stays
    row?.addEventListener("click", (event) => {
      const key = (event.target as Element).closest<HTMLElement>("[data-send]")?.dataset.send;
      if (key !== undefined) this.send(key);
    });
    this.finder();
  }

  /** What is really typed: with the phone's Control key held, the next letter is a control. */
  shaped(text: string): string {
    if (!this.control) return text;
    this.hold(false);
    return controlled(text);
  }

  /** Work on this screen, too. */
  adopt(screen: Screen, element: HTMLElement): void {
    this.screens.push(screen);
    screen.shape = (words) => this.shaped(words);
    this.letters(undefined);
    this.listen(screen);
    element.addEventListener("paste", (event) => this.pasted(event), { capture: true });
  }

  /** This screen is shown now. */
  use(screen: Screen): void {
    this.screen = screen;
  }

  drop(screen: Screen): void {
    this.screens = this.screens.filter((each) => each !== screen);
  }

  private listen(screen: Screen): void {
    const names: Record<string, string> = {
      KeyF: "find",
      KeyC: "copy",
      KeyE: "echo",
      ArrowUp: "larger",
      ArrowDown: "smaller",
      Digit0: "usual",
      Slash: "keys",
      Enter: "tab",
    };
    for (let index = 0; index < 9; index += 1) names[`Digit${index + 1}`] = `tab${index}`;
    screen.terminal.attachCustomKeyEventHandler((event) => {
      if (!event.ctrlKey || !event.shiftKey) return true;
      if (event.code === "KeyV") return false; // the browser pastes, and `pasted` asks
      const act = this.acts[names[event.code] ?? ""];
      if (act === undefined) return true;
      event.preventDefault();
      if (event.type === "keydown") act();
      return false;
    });
  }

  private letters(change: number | undefined): void {
    const kept = Number(localStorage.getItem(FONT)) || USUAL;
    const wanted = change === undefined ? kept : change === 0 ? USUAL : kept + change;
    const size = Math.min(LARGEST, Math.max(SMALLEST, wanted));
    localStorage.setItem(FONT, String(size));
    for (const screen of this.screens) {
      screen.terminal.options.fontSize = size;
      screen.refit();
    }
  }

  private keys(): void {
    document.querySelector<HTMLElement>("[data-opens=keys-sheet]")?.click();
  }

  private copy(): void {
    const words = this.screen.terminal.getSelection();
    if (words !== "") void navigator.clipboard?.writeText(words);
  }

  // Pasting

  private pasted(event: ClipboardEvent): void {
    event.preventDefault();
    event.stopPropagation();
    this.paste(event.clipboardData?.getData("text/plain") ?? "");
  }

  /** One line goes in at once; more could act before they are read, so they are shown first. */
  paste(text: string): void {
    const words = pasteable(text);
    const dialog = part<HTMLDialogElement>("paste");
    if (words === "" || this.screen.terminal.options.disableStdin) return;
    if (!/[\r\n]/.test(words) || dialog === null) {
      this.screen.terminal.paste(words);
      return;
    }
    const shown = dialog.querySelector("pre");
    if (shown !== null) shown.textContent = words.slice(0, PASTE_SHOWN);
    const count = dialog.querySelector("[data-lines]");
    if (count !== null) count.textContent = String(words.trimEnd().split(/\r\n?|\n/).length);
    dialog.returnValue = "";
    dialog.onclose = () => {
      if (dialog.returnValue === "paste") this.screen.terminal.paste(words);
      this.screen.terminal.focus();
    };
    dialog.showModal();
  }

  // Finding

  private find(): void {
    const form = part<HTMLFormElement>("find");
    if (form === null) return;
    form.hidden = false;
    const field = form.querySelector("input");
    field?.focus();
    field?.select();
  }

  private finder(): void {
    const form = part<HTMLFormElement>("find");
    const field = form?.querySelector("input");
    if (form === null || field === null || field === undefined) return;
    const leave = () => {
      form.hidden = true;
      this.screen.search.clearDecorations();
      this.screen.terminal.focus();
    };
    const seek = (back: boolean) => {
      const { search } = this.screen;
      const found = back ? search.findPrevious(field.value) : search.findNext(field.value);
      field.ariaInvalid = String(!found && field.value !== "");
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      seek((event as SubmitEvent).submitter?.dataset.back !== undefined);
    });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") leave();
      if (event.key !== "Enter" || event.target !== field) return;
      event.preventDefault();
      seek(!event.shiftKey); // the newest stands at the bottom
    });
    form.querySelector("[data-leave]")?.addEventListener("click", leave);
  }

  // The phone's keys

  private hold(held: boolean): void {
    this.control = held;
    const button = document.querySelector("[data-send=ctrl]");
    if (button !== null) button.ariaPressed = String(held);
  }

  private send(key: string): void {
    if (key === "ctrl") {
      this.hold(!this.control);
      return;
    }
    const { terminal } = this.screen;
    const application = terminal.modes.applicationCursorKeysMode ? APPLICATION[key] : undefined;
    terminal.input(application ?? PHONE[key] ?? key, true);
  }
}
