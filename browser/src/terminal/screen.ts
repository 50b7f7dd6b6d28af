/** The terminal itself: xterm.js with everything a hostile device could use against a person switched off. */

import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { Unicode11Addon } from "@xterm/addon-unicode11";
import { Terminal } from "@xterm/xterm";

const THEME = {
  background: "#161412",
  foreground: "#e7e3dd",
  cursor: "#5ec4b6",
  selectionBackground: "#3c4f4c",
  black: "#24211e",
  brightBlack: "#8a8378",
  red: "#f08a80",
  green: "#8fce9b",
  yellow: "#e6c07b",
  blue: "#8db8f0",
  magenta: "#c9a4ee",
  cyan: "#6fcabd",
  white: "#e7e3dd",
};

export interface ScreenEvents {
  /** `text` is what `bytes` encode; undefined for what is no text (a mouse). */
  typed(bytes: Uint8Array, text?: string): void;
  resized(columns: number, rows: number): void;
}

const text = new TextEncoder();

export class Screen {
  readonly terminal: Terminal;
  readonly search = new SearchAddon();
  /** What is typed for a text: a phone's Control key changes letters. */
  shape: (text: string) => string = (text) => text;
  private readonly fit = new FitAddon();
  private readonly fits: boolean;

  constructor(element: HTMLElement, events: ScreenEvents, readOnly: boolean) {
    this.fits = !readOnly; // a watcher's screen has the size of the owner's
    this.terminal = new Terminal({
      allowProposedApi: true, // the unicode addon asks for it
      convertEol: false,
      cursorBlink: !readOnly,
      disableStdin: readOnly,
      fontFamily: 'ui-monospace, "DejaVu Sans Mono", "Noto Sans Mono", Menlo, Consolas, monospace',
      fontSize: 14,
      scrollback: 20_000,
      theme: THEME,
      screenReaderMode: element.dataset.screenReader === "on",
      // A device's output may name any address: links are shown as text and never opened.
      linkHandler: { activate: () => undefined, allowNonHttpProtocols: false },
      windowOptions: {},
    });
    this.terminal.loadAddon(this.fit);
    this.terminal.loadAddon(this.search);
    this.terminal.loadAddon(new Unicode11Addon());
    this.terminal.unicode.activeVersion = "11";
    this.refuse();
    this.terminal.open(element);
    if (!readOnly) this.follow(element); // first: the size OPEN names is the one that fits
    this.terminal.onData((data) => {
      const shaped = this.shape(data);
      events.typed(text.encode(shaped), shaped);
    });
    this.terminal.onBinary((data) => events.typed(Uint8Array.from(data, (c) => c.charCodeAt(0))));
    this.terminal.onResize(({ cols, rows }) => events.resized(cols, rows));
  }

  /** Title, clipboard (OSC 52), hyperlinks (OSC 8) and notifications from the device do nothing. */
  private refuse(): void {
    for (const code of [0, 1, 2, 8, 9, 52, 777, 1337]) {
      this.terminal.parser.registerOscHandler(code, () => true);
    }
  }

  private follow(element: HTMLElement): void {
    this.fit.fit();
    let pending = 0;
    new ResizeObserver(() => {
      window.clearTimeout(pending);
      pending = window.setTimeout(() => this.fit.fit(), 60);
    }).observe(element);
  }

  /** After the letters changed their size. */
  refit(): void {
    if (this.fits) this.fit.fit();
  }

  get size(): { columns: number; rows: number } {
    return { columns: this.terminal.cols, rows: this.terminal.rows };
  }

  write(bytes: Uint8Array, drawn: () => void): void {
    this.terminal.write(bytes, drawn);
  }

  /** A line from us, not from the device. */
  say(sentence: string): void {
    this.terminal.write(
      `\r\n\x1b[0;7m ${sentence.replace(/[^\x20-\x7e\u00a0-\uffff]/g, " ")} \x1b[0m\r\n`,
    );
  }

  resize(columns: number, rows: number): void {
    this.terminal.resize(columns, rows);
  }
}
