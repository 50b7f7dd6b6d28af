/** Hand a running shell over: the dialog, the offer that stands, and what a colleague is offered. */

import type { Json } from "../link/frames";
import { type Offered, post, Refused, type SessionData } from "../session/bootstrap";
import type { Keys } from "../session/connection";
import { signedOffer } from "../session/documents";
import { takeOver } from "../session/keys";

const OFFER_MS = 10 * 60_000;

function part<T extends HTMLElement>(name: string): T | null {
  return document.querySelector<T>(`[data-handing-${name}]`);
}

export class Handing {
  private expiry: number | undefined;

  constructor(
    private readonly data: SessionData,
    private readonly keys: Keys,
  ) {}

  start(): void {
    const { handing } = this.data;
    if (!handing) return;
    // Taken here: what is offered has been accepted.
    if (this.data.mode === "open") document.querySelector("[data-handing-offer]")?.remove();
    if (handing.offered) this.stands(handing.offered);
    if (handing.to_me) this.at(handing.to_me.expires, () => this.tooLate());
    part<HTMLFormElement>("form")?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.guarded("answer", () => this.offer());
    });
    part("withdraw")?.addEventListener("click", () => {
      void this.guarded("words", () => this.withdraw());
    });
    part("take")?.addEventListener("click", () => {
      void this.guarded("refused", () => this.take());
    });
  }

  /** The grant must be this browser's own: its key signs the offer. */
  private get grant(): string | undefined {
    const body = JSON.parse(this.data.grant?.body ?? "{}") as Json;
    return body.session_key === this.keys.key.line ? String(body.id) : undefined;
  }

  private async offer(): Promise<void> {
    const { texts, handing, session } = this.data;
    const chosen = part<HTMLSelectElement>("to");
    const note = part<HTMLTextAreaElement>("note");
    const colleague = handing?.colleagues?.find((each) => each.id === chosen?.value);
    if (colleague === undefined || note === null) return;
    const grant = this.grant;
    if (grant === undefined) throw new Refused("elsewhere", texts.handing_elsewhere ?? "");
    const issued = Date.now();
    const facts = { grant, session, to: colleague.name, issued, expires: issued + OFFER_MS };
    const signed = await signedOffer(this.keys.key, facts);
    const asked = { to: colleague.id, note: note.value, ...signed };
    const { expires } = await post<{ expires: number }>(handing?.offer_url ?? "", asked);
    this.stands({ to: colleague.name, by: "", note: note.value, expires });
    note.value = "";
    document.querySelector<HTMLDialogElement>("#hand-over")?.close();
  }

  private async withdraw(): Promise<void> {
    await post(this.data.handing?.withdraw_url ?? "", {});
    window.clearTimeout(this.expiry);
    this.say(this.data.texts.handing_withdrawn ?? "");
    part("withdraw")?.setAttribute("hidden", "");
  }

  private async take(): Promise<void> {
    await takeOver(this.data, this.keys);
    location.reload();
  }

  private stands({ to, expires }: Offered): void {
    const until = new Date(expires).toLocaleTimeString(undefined, {
      hour: "2-digit",
      minute: "2-digit",
    });
    const words = this.data.texts.handing_offered ?? "Offered to %s until %t.";
    this.say(words.replace("%s", to).replace("%t", until));
    part("withdraw")?.removeAttribute("hidden");
    this.at(expires, () => this.expired());
  }

  private at(expires: number, act: () => void): void {
    window.clearTimeout(this.expiry);
    this.expiry = window.setTimeout(act, Math.max(0, expires - Date.now()));
  }

  /** Nobody took what was offered; a page whose shell was taken says so itself. */
  private expired(): void {
    if (document.querySelector<HTMLElement>("[data-handing]")?.hidden !== false) return;
    this.say(this.data.texts.handing_expired ?? "The offer has expired.");
    part("withdraw")?.setAttribute("hidden", "");
  }

  private tooLate(): void {
    const words = part("refused");
    if (words !== null) words.textContent = this.data.texts.handing_too_late ?? "";
    words?.removeAttribute("hidden");
    part("take")?.setAttribute("hidden", "");
  }

  private say(words: string): void {
    document.querySelector("[data-handing]")?.removeAttribute("hidden");
    const element = part("words");
    if (element !== null) element.textContent = words;
  }

  private async guarded(where: string, act: () => Promise<void>): Promise<void> {
    const element = part(where);
    if (element !== null && where !== "words") element.textContent = "";
    try {
      await act();
    } catch (error) {
      const words = error instanceof Refused ? error.message : "The server cannot be reached.";
      if (element !== null) {
        element.textContent = words;
        element.removeAttribute("hidden");
      }
    }
  }
}
