/** The slim bar above the terminal: local time there, time left, link quality, people, state. */

import type { Json } from "../link/frames";

function part(name: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-session-${name}]`);
}

function put(name: string, words: string): void {
  const element = part(name);
  if (element !== null && element.textContent !== words) element.textContent = words;
}

function left(milliseconds: number): string {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return minutes > 0 ? `${minutes} min` : `${Math.max(0, Math.floor(milliseconds / 1000))} s`;
}

function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1_048_576) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1_048_576).toFixed(1)} MiB`;
}

export class SessionBar {
  /** Called once a second, for whoever has a time to show. */
  everySecond: () => void = () => undefined;
  private bytes = 0;
  private before = 0;
  private readonly clock: Intl.DateTimeFormat;

  constructor(
    zone: string,
    private readonly expires: number,
  ) {
    this.clock = new Intl.DateTimeFormat(undefined, {
      hour: "2-digit",
      minute: "2-digit",
      weekday: "short",
      timeZone: zone,
    });
    this.tell();
    window.setInterval(() => this.tell(), 1000);
  }

  private tell(): void {
    const now = Date.now();
    put("clock", this.clock.format(now));
    put("left", left(this.expires - now));
    const rate = this.bytes - this.before;
    this.before = this.bytes;
    put("traffic", `${size(this.bytes)} · ${size(rate)}/s`);
    this.everySecond();
  }

  measured(rttSeconds: number, bytes: number, resumes: number): void {
    const rtt = rttSeconds === 0 ? "…" : `${Math.max(1, Math.round(rttSeconds * 1000))} ms`;
    put("link", `${rtt}${resumes > 0 ? ` · ${resumes}×` : ""}`);
    this.bytes = bytes;
  }

  /** What the data cap says, shown where the bytes are. */
  cap(tone: string, words: string): void {
    const element = part("cap");
    if (element === null) return;
    element.dataset.tone = tone;
    element.hidden = words === "";
    put("cap", words);
  }

  /** The link goes without WebSocket. */
  slow(on: boolean): void {
    part("slow")?.toggleAttribute("hidden", !on);
  }

  /** The switch of local echo. */
  echo(on: boolean): void {
    const button = document.querySelector<HTMLElement>("[data-tool=echo]");
    if (button !== null) button.ariaPressed = String(on);
    put("echo", (on ? button?.dataset.on : button?.dataset.off) ?? "");
  }

  /** Who has the shell now. */
  technician(name: string): void {
    put("technician", name);
  }

  people(notice: Json): void {
    if (!Array.isArray(notice.people)) return;
    // The same person may look from two places; a name is said once.
    const names = notice.people.map((person: Json) => String(person.name ?? person));
    put("people", [...new Set(names)].join(", "));
  }

  recording(on: boolean): void {
    part("recording")?.classList.toggle("is-recording", on);
  }

  state(words: string, link: "up" | "lost" | "ended"): void {
    put("state", words);
    const session = document.querySelector<HTMLElement>(".session");
    if (session !== null) session.dataset.link = link;
  }

  onEnd(act: () => void): void {
    part("end")?.addEventListener("click", act);
  }
}
