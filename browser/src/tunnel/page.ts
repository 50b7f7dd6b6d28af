/** A tunnel's session: signs a connection whenever the front says that a request wants one, and counts. */

import type { Json } from "../link/frames";
import type { Unit } from "../link/streams";
import { post, Refused, type SessionData } from "../session/bootstrap";
import {
  type Keys,
  SessionConnection,
  type SessionView,
  type TicketSource,
} from "../session/connection";
import { handedOver, tell, waitingTab } from "../session/opening";
import type { Surroundings } from "../session/surroundings";
import { SessionBar } from "../terminal/bar";

/** More at once than a browser asks for is not signed: the front counts its places, too. */
const ASKED_MOST = 24;
const UNITS = ["B", "kB", "MB", "GB", "TB"];

function size(value: unknown): string {
  let number = Number.isFinite(Number(value)) ? Math.max(0, Number(value)) : 0;
  let unit = 0;
  while (number >= 1000 && unit < UNITS.length - 1) {
    number /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? number : number.toFixed(1)} ${UNITS[unit]}`;
}

export class TunnelPage implements SessionView {
  /** The front knows this page's key: it comes back without a ticket. */
  joined = false;
  private readonly bar: SessionBar;
  private readonly connection: SessionConnection;
  private readonly button: HTMLButtonElement | null;
  private waiting: string | null;
  private over = false;
  private shown = false;

  constructor(
    private readonly element: HTMLElement,
    private readonly data: SessionData,
    keys: Keys,
    ticket: TicketSource,
    around?: Surroundings,
  ) {
    this.bar = new SessionBar(data.device.zone, data.expires);
    this.connection = new SessionConnection(data, keys, ticket, this, around);
    this.button = element.querySelector<HTMLButtonElement>("[data-tunnel-open]");
    this.waiting = data.mode === "open" ? handedOver(data.session) : null;
    this.button?.addEventListener("click", () => {
      void this.open(waitingTab(this.button?.dataset.opening ?? ""));
    });
    this.bar.onEnd(() => void this.end());
  }

  start(): void {
    if (this.data.mode === "open") this.connection.start();
  }

  leave(words: string): void {
    this.connection.stop();
    this.close(words);
  }

  private put(name: string, words: string): void {
    const element = this.element.querySelector<HTMLElement>(`[data-tunnel-${name}]`);
    if (element !== null && element.textContent !== words) element.textContent = words;
  }

  private say(name: string): string {
    return this.data.texts[`page_${name}`] ?? "";
  }

  private problem(words: string): void {
    this.put("problem", words);
    this.element.querySelector("[data-tunnel-problem]")?.toggleAttribute("hidden", words === "");
  }

  /** Ask for an address that lets this browser in once, and send the waiting tab there. */
  private async open(waiting: string): Promise<void> {
    this.put("state", this.say("opening"));
    this.problem("");
    try {
      const { url } = await post<{ url: string }>(this.data.open_url ?? "", {});
      tell(waiting, { url });
      this.shown = true;
      this.settle();
    } catch (error) {
      const sentence = error instanceof Refused ? error.message : this.say("unreachable");
      tell(waiting, { sentence });
      this.problem(sentence);
      this.settle();
    }
  }

  private settle(): void {
    if (!this.over) this.put("state", this.say(this.shown ? "open" : "ready"));
  }

  link(state: "up" | "lost", waiting: number): void {
    if (this.over) return;
    const words = this.data.texts.reconnecting ?? "Reconnecting… %s s, nothing is lost.";
    const seconds = String(Math.ceil(waiting / 1000));
    this.bar.state(state === "up" ? "" : words.replace("%s", seconds), state);
    if (this.button !== null) this.button.disabled = state !== "up";
    if (state === "lost") {
      this.put("state", this.say("lost"));
      return;
    }
    this.joined = true;
    this.bar.recording(true);
    this.settle();
    const { waiting: tab } = this;
    this.waiting = null;
    if (tab !== null) void this.open(tab);
  }

  notice(value: Json): void {
    if (typeof value.origin === "object" && value.origin !== null) {
      this.told(value.origin as Json);
      return;
    }
    this.bar.people(value);
    if (this.over || value.device === undefined) return;
    if (value.device === "back") this.settle();
    else this.put("state", this.say("device_lost"));
  }

  /** What the front counts; `want`: requests that wait for a connection. */
  private told(origin: Json): void {
    if (origin.over) {
      this.connection.stop();
      this.close(String(origin.over));
    }
    this.put("requests", String(Number(origin.requests) || 0));
    this.put("connections", String(Number(origin.connections) || 0));
    this.put("sent", size(origin.sent));
    this.put("received", size(origin.received));
    if (this.over) return;
    this.problem(String(origin.last ?? ""));
    const wanted = Math.min(Number(origin.want) || 0, ASKED_MOST);
    for (let count = 0; count < wanted; count += 1) void this.connection.lend();
  }

  measured(rtt: number | undefined, bytes: number, resumes: number): void {
    this.bar.measured(rtt ?? 0, bytes, resumes);
  }

  slow(on: boolean): void {
    this.bar.slow(on);
  }

  refused(sentence: string): void {
    if (this.waiting !== null) tell(this.waiting, { sentence });
    this.close(sentence);
  }

  ended(sentence: string): void {
    this.close(sentence || this.say("over"));
  }

  // No channel of this page carries bytes here.
  unit(_unit: Unit, _offset: number): void {}
  opened(_value: Json): void {}
  heard(): void {}

  /** The first word about the end stands. */
  private close(sentence: string): void {
    if (this.over) return;
    this.over = true;
    this.bar.recording(false);
    this.bar.state(sentence, "ended");
    this.put("state", `${sentence} ${this.say("over")}`);
    this.problem("");
    if (this.button !== null) this.button.hidden = true;
    this.element.querySelector(".tunnel-notes")?.remove();
    document.querySelector<HTMLElement>("[data-session-after]")?.removeAttribute("hidden");
  }

  private async end(): Promise<void> {
    try {
      await post(this.data.end_url, {});
    } catch (error) {
      const sentence = error instanceof Refused ? error.message : this.say("unreachable");
      this.bar.state(sentence, "up");
      return;
    }
    this.connection.stop();
    this.close(this.data.texts.ended ?? "");
  }
}
