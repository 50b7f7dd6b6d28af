/** What a script writes, drawn as text that commands nothing; standard error is told apart. */

const MOST = 400_000; // characters in the page; the recording has all of it

function drawn(sign: string): string {
  const code = sign.charCodeAt(0);
  if (sign === "\n" || sign === "\t") return sign;
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : "\ufffd";
}

/** Control characters as signs, and nothing left that moves, hides or turns the direction of text. */
export function visible(text: string): string {
  return text.replace(/\r\n/g, "\n").replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, drawn);
}

export class Output {
  /** Bytes the script has written to both streams. */
  bytes = 0;
  shortened = false;
  private readonly decoders = { out: new TextDecoder(), err: new TextDecoder() };
  private length = 0;

  constructor(
    private readonly element: HTMLElement,
    private readonly errorWords: string,
  ) {}

  write(data: Uint8Array, stream: "out" | "err"): void {
    this.bytes += data.length;
    const text = visible(this.decoders[stream].decode(data, { stream: true }));
    if (text === "") return;
    const below = this.element.scrollHeight - this.element.scrollTop - this.element.clientHeight;
    this.append(text, stream);
    this.trim();
    if (below < 40) this.element.scrollTop = this.element.scrollHeight; // unless somebody reads above
  }

  /** Missing, as the device itself declares. */
  gap(words: string): void {
    this.append(`\n[${words}]\n`, "err");
  }

  private append(text: string, stream: "out" | "err"): void {
    const last = this.element.lastElementChild as HTMLElement | null;
    this.length += text.length;
    if (last?.dataset.stream === stream) {
      last.append(text);
      return;
    }
    const piece = document.createElement("span");
    piece.dataset.stream = stream;
    if (stream === "err") {
      piece.className = "run-error";
      piece.title = this.errorWords;
    }
    piece.append(text);
    this.element.append(piece);
  }

  private trim(): void {
    while (this.length > MOST) {
      const first = this.element.firstElementChild;
      const oldest = first?.firstChild;
      if (first == null) return;
      if (oldest == null) {
        first.remove();
        continue;
      }
      this.length -= oldest.textContent?.length ?? 0;
      oldest.remove();
      this.shortened = true;
    }
  }
}
