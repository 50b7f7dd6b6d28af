/** A shell for tests: a line editor like readline, a password prompt, a full-screen program, slow commands. */

import { columnsOf } from "../../src/terminal/prediction/actions";

export type Said =
  | { kind: "output"; words: string }
  | { kind: "input"; bytes: Uint8Array }
  | { kind: "redacted" };

const PROMPT = "guest@lobby:~$ ";
const wide = (words: string): number =>
  [...words].reduce((sum, chars) => sum + (columnsOf(chars) ?? 1), 0);

export class Shell {
  /** Everything it was given as commands and passwords, for proof. */
  readonly done: string[] = [];
  private line: string[] = [];
  private at = 0;
  private mode: "edit" | "password" | "stars" | "full" = "edit";
  private history: string[] = [];

  constructor(
    private readonly say: (said: Said) => void,
    private readonly columns = 80,
  ) {}

  start(): void {
    this.print(PROMPT);
  }

  /** One piece of input as it reaches the terminal. */
  hear(text: string): void {
    const bytes = new TextEncoder().encode(text);
    if (this.mode === "password") this.say({ kind: "redacted" });
    else this.say({ kind: "input", bytes });
    if (this.mode === "edit") this.edit(text);
    else if (this.mode === "full") this.full(text);
    else this.secret(text);
  }

  private print(words: string): void {
    if (words !== "") this.say({ kind: "output", words });
  }

  private edit(text: string): void {
    if (text === "\r") this.enter();
    else if (text === "\x7f") this.rubOut();
    else if (text === "\x1b[D") this.left();
    else if (text === "\x1b[C") this.right();
    else if (text === "\x1b[A") this.recall();
    else if (text === "\t") this.complete();
    else if (text === "\x01") while (this.at > 0) this.left();
    else if (text >= " ") for (const chars of text) this.insert(chars);
  }

  private tail(): string {
    return this.line.slice(this.at).join("");
  }

  /** What a terminal needs to show the rest of the line and come back. */
  private redraw(extra = ""): void {
    const tail = this.tail();
    this.print(`${extra}${tail}\x1b[K${"\b".repeat(wide(tail))}`);
  }

  private insert(chars: string): void {
    this.line.splice(this.at, 0, chars);
    this.at += 1;
    if (this.at < this.line.length) {
      this.redraw(chars);
      return;
    }
    const used = wide(PROMPT) + wide(this.line.join(""));
    this.print(used % this.columns === 0 ? `${chars} \r` : chars); // as readline wraps
  }

  private rubOut(): void {
    if (this.at === 0) return;
    this.at -= 1;
    const [gone = ""] = this.line.splice(this.at, 1);
    this.redraw("\b".repeat(columnsOf(gone) ?? 1));
  }

  private left(): void {
    if (this.at === 0) return;
    this.at -= 1;
    this.print("\b".repeat(wide(this.line[this.at] ?? "")));
  }

  private right(): void {
    if (this.at === this.line.length) return;
    this.print(this.line[this.at] ?? "");
    this.at += 1;
  }

  private recall(): void {
    const back = "\b".repeat(wide(this.line.slice(0, this.at).join("")));
    this.line = [...(this.history.at(-1) ?? "")];
    this.at = 0;
    this.redraw(back);
    while (this.at < this.line.length) this.right();
  }

  private complete(): void {
    if (this.at === this.line.length) for (const chars of "etc/") this.insert(chars);
  }

  private enter(): void {
    const command = this.line.join("");
    this.line = [];
    this.at = 0;
    this.done.push(command);
    if (command !== "") this.history.push(command);
    this.print("\r\n");
    if (command.startsWith("sudo")) this.ask("password", "[sudo] password for guest: ");
    else if (command.startsWith("stars")) this.ask("stars", "Passphrase: ");
    else if (command.startsWith("less")) {
      this.mode = "full";
      this.print("\x1b[?1049h");
    } else {
      if (command.startsWith("ls")) this.print("bin  etc  home\r\nusr  var\r\n");
      this.print(PROMPT);
    }
  }

  private ask(mode: "password" | "stars", words: string): void {
    this.mode = mode;
    this.print(words);
  }

  private secret(text: string): void {
    if (text === "\r") {
      this.done.push(`secret ${this.line.join("")}`);
      this.line = [];
      this.mode = "edit";
      this.print(`\r\n${PROMPT}`);
      return;
    }
    this.line.push(text);
    if (this.mode === "stars") this.print("*");
  }

  private full(text: string): void {
    if (text !== "q") return;
    this.mode = "edit";
    this.print(`\x1b[?1049l${PROMPT}`);
  }
}
