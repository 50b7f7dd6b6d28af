/**
 * What the page says and does while the device restarts: asked → down → firmware and boot → up → back in a new
 * shell. A new boot id in NOTICE tells a restart from a lost link, whoever asked for it.
 */

import type { Json } from "../link/frames";
import type { SessionData } from "../session/bootstrap";

export const STEPS = ["asked", "down", "away", "up", "back"] as const;
export type Step = (typeof STEPS)[number];

export interface RestartHost {
  say(words: string, link: "up" | "lost"): void;
  /** Open a new shell, if none is left; false when one lives. */
  renew(): boolean;
  /** Remember the boot id over a reload of the page. */
  keep(boot: string): void;
}

export class Restart {
  private step: Step | undefined;
  private began = 0;
  private device = "";
  /** A shell ended with the restart, and no new one was asked for since. */
  private waiting = false;

  constructor(
    private readonly data: Pick<SessionData, "texts" | "restart">,
    private readonly host: RestartHost,
    /** The boot id this session last ran on; it outlives the page. */
    private boot = "",
    private readonly now: () => number = Date.now,
  ) {}

  /** Whether the bar is the restart's to write. */
  get active(): boolean {
    return this.step !== undefined && this.step !== "back";
  }

  /** The technician has asked for it here. */
  asked(): void {
    this.begin("asked");
  }

  /** It does not come to it. */
  off(words: string): void {
    this.step = undefined;
    this.draw();
    this.host.say(words, "up");
  }

  /** A shell ended with the device's restart. */
  shellEnded(): void {
    this.waiting = true;
    if (this.step !== "up") this.begin("down");
    this.goOn();
  }

  notice(value: Json): void {
    const device = String(value.device);
    const boot = String(value.boot ?? "");
    const another = this.boot !== "" && boot !== "" && boot !== this.boot;
    if (boot !== "" && boot !== this.boot) {
      this.boot = boot;
      this.host.keep(boot);
    }
    if (device === "rebooting") this.begin(this.device === device ? "away" : "down");
    else if (device === "lost" && this.active) this.begin("away");
    else if (device === "back") this.back(another);
    this.device = device;
    this.goOn();
  }

  private back(another: boolean): void {
    if (another) this.begin("up");
    else if (this.step === "down" || this.step === "away") this.forget(); // it was a lost link
  }

  /** A shell was opened: the new one, if one was waited for. */
  opened(): void {
    if (this.step !== "up") return;
    this.step = "back";
    this.draw();
    this.host.say(this.text("restart_back", "Back in %s s.", this.seconds), "up");
  }

  /** Once a second. */
  tell(): void {
    if (!this.active) return;
    const { usual, limit } = this.data.restart ?? { usual: null, limit: 300 };
    const { seconds } = this;
    if (seconds > limit && this.step !== "up") {
      this.host.say(this.text("restart_missing", "Not back in %s s.", seconds), "lost");
      return;
    }
    const phase = { asked: "restart_asked", down: "restart_down", away: "restart_away" };
    const name = this.step === "up" ? "restart_up" : phase[this.step as keyof typeof phase];
    const parts = [this.text(name, "Restarting…"), this.text("restart_since", "%s s", seconds)];
    if (usual !== null && this.step !== "up") {
      parts.push(this.text("restart_usual", "usually %s s", Math.round(usual)));
    }
    this.host.say(parts.join(" · "), this.step === "asked" ? "up" : "lost");
  }

  private get seconds(): number {
    return Math.round((this.now() - this.began) / 1000);
  }

  private begin(step: Step): void {
    if (!this.active) this.began = this.now();
    const further = this.step === undefined || this.step === "back";
    if (further || STEPS.indexOf(step) > STEPS.indexOf(this.step as Step)) this.step = step;
    this.draw();
    this.tell();
  }

  private forget(): void {
    if (this.waiting) return;
    this.step = undefined;
    this.draw();
  }

  /** With the device back on its new boot, go on. */
  private goOn(): void {
    if (!this.waiting || this.device !== "back" || this.step !== "up") return;
    this.waiting = false;
    if (!this.host.renew()) this.forget();
  }

  private text(name: string, otherwise: string, seconds?: number): string {
    return (this.data.texts[name] ?? otherwise).replace("%s", String(seconds ?? ""));
  }

  private draw(): void {
    const list = document.querySelector<HTMLElement>("[data-restart-steps]");
    if (list === null) return;
    list.hidden = this.step === undefined;
    const reached = this.step === undefined ? -1 : STEPS.indexOf(this.step);
    for (const [index, item] of [...list.children].entries()) {
      item.classList.toggle("is-done", index < reached || this.step === "back");
      if (index === reached) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    }
  }
}
