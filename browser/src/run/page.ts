/** A run while it lasts: how much of its time and output is used, what it writes, Stop, and the result. */

import type { Json } from "../link/frames";
import { type Unit, unitLength } from "../link/streams";
import { post, Refused, type SessionData } from "../session/bootstrap";
import {
  type Keys,
  SessionConnection,
  type SessionView,
  type TicketSource,
} from "../session/connection";
import type { Surroundings } from "../session/surroundings";
import { SessionBar } from "../terminal/bar";
import { nextStep, type RecipePlan } from "./next";
import { Output } from "./output";

const SIGNAL = 17; // command: a signal's name, to the script's process group
const EXIT = 5;
const EXEC = 7;
const STDERR = 11;
const TESTIMONY_HEAD = 24; // time 8, salt 16
const REASONS = new Set(["ended", "stopped", "time-limit", "output-limit", "cut", "refused"]);

function object(payload: Uint8Array): Json {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(payload));
    return typeof value === "object" && value !== null ? (value as Json) : {};
  } catch {
    return {}; // the device's own word cannot be read: the record says so
  }
}

function statusWords({ status, signal }: Json): string {
  const code = Number.isInteger(status) ? String(status) : "–";
  const named = typeof signal === "string" && /^[A-Z0-9+]{1,12}$/.test(signal);
  return named ? `${code} (${signal})` : code;
}

function bytesOf(text: string | undefined): Uint8Array {
  return Uint8Array.from(atob(text ?? ""), (sign) => sign.charCodeAt(0));
}

export class RunPage implements SessionView {
  private readonly bar: SessionBar;
  private readonly connection: SessionConnection;
  private readonly output: Output;
  private began = 0;
  private over = false;
  private told: Json | undefined;

  constructor(
    private readonly element: HTMLElement,
    private readonly data: SessionData,
    keys: Keys,
    ticket: TicketSource,
    around?: Surroundings,
  ) {
    const pre = this.part("output");
    this.output = new Output(pre ?? element, data.texts.run_error ?? "standard error");
    this.bar = new SessionBar(data.device.zone, data.expires);
    this.connection = new SessionConnection(data, keys, ticket, this, around);
    const known = keys.kept.channels.some((each) => each.key === data.channel.key);
    const rest = bytesOf(data.channel.rest);
    if (data.mode === "open" && !known && rest.length > 0) this.connection.type(rest);
    this.bar.onEnd(() => void this.end());
    this.bar.everySecond = () => this.second();
    this.offerStop();
    this.measure();
  }

  start(): void {
    this.connection.start();
  }

  leave(words: string): void {
    this.connection.stop();
    this.close(words);
  }

  private part(name: string): HTMLElement | null {
    return this.element.querySelector<HTMLElement>(`[data-run-${name}]`);
  }

  private put(name: string, words: string): void {
    const element = this.part(name);
    if (element !== null && element.textContent !== words) element.textContent = words;
  }

  /** A step of a recipe: what is said of it beside the other two. */
  private putStep(words: string): void {
    const step = this.element.querySelector<HTMLElement>('[aria-current="step"] [data-step-word]');
    if (step !== null) step.textContent = words;
  }

  private say(name: string): string {
    return this.data.texts[`run_${name}`] ?? "";
  }

  private offerStop(): void {
    const dialog = document.querySelector<HTMLDialogElement>("#run-stop");
    dialog?.addEventListener("close", () => {
      const name = dialog.returnValue;
      dialog.returnValue = "";
      if (name !== "TERM" && name !== "KILL") return;
      this.connection.command(SIGNAL, new TextEncoder().encode(name));
      this.put("state", this.say("stopping"));
    });
  }

  unit(unit: Unit, offset: number): void {
    if (unit.kind === "data") this.output.write(unit.data, "out");
    else if (unit.kind === "gap") {
      const words = this.data.texts.gap ?? "missing, as the device itself declares";
      this.output.gap(`${unit.length} B ${words}`);
    } else this.testimony(unit.control, unit.body.subarray(TESTIMONY_HEAD));
    if (this.output.shortened) this.tellShortened();
    this.measure();
    this.connection.consumed(offset + unitLength(unit));
  }

  private testimony(kind: number, payload: Uint8Array): void {
    if (kind === STDERR) this.output.write(payload, "err");
    else if (kind === EXEC) this.told = object(payload);
    else if (kind === EXIT) this.result(object(payload));
  }

  private tellShortened(): void {
    const element = this.part("left-out");
    if (element === null) return;
    element.hidden = false;
    this.put("left-out", this.say("left_out"));
  }

  opened(_value: Json): void {
    if (this.over) return;
    this.bar.recording(true);
    if (this.began === 0) this.began = this.data.started ?? Date.now();
    this.put("state", this.say("running"));
    this.putStep(this.say("running"));
    this.part("stop")?.removeAttribute("disabled");
    if (this.data.mode === "watch") this.bar.state(this.data.texts.watching ?? "", "up");
  }

  refused(sentence: string): void {
    this.close(sentence);
  }

  ended(sentence: string): void {
    this.close(sentence || (this.data.texts.ended ?? ""));
  }

  link(state: "up" | "lost", waiting: number): void {
    if (this.over) return;
    const words = this.data.texts.reconnecting ?? "Reconnecting… %s s, nothing is lost.";
    const seconds = String(Math.ceil(waiting / 1000));
    this.bar.state(state === "up" ? "" : words.replace("%s", seconds), state);
  }

  notice(value: Json): void {
    this.bar.people(value);
    this.link(value.device === "back" ? "up" : "lost", 0);
  }

  heard(): void {}

  measured(rtt: number | undefined, bytes: number, resumes: number): void {
    this.bar.measured(rtt ?? 0, bytes, resumes);
  }

  slow(on: boolean): void {
    this.bar.slow(on);
  }

  private second(): void {
    if (!this.over) this.measure();
  }

  /** Time and output used, of what the version allows. */
  private measure(): void {
    const limits = this.data.channel.parameters;
    const spent = this.began === 0 ? 0 : Math.max(0, (Date.now() - this.began) / 1000);
    const seconds = Math.min(Math.floor(spent), Number(limits.time_limit));
    this.fill("time", "seconds", seconds, Number(limits.time_limit));
    this.fill("bytes", "size", this.output.bytes, Number(limits.output_limit));
  }

  private fill(bar: string, words: string, value: number, limit: number): void {
    const progress = this.part(bar);
    if (progress instanceof HTMLProgressElement) progress.value = Math.min(value, limit);
    const text = this.say(bar).replace("%s", value.toLocaleString());
    this.put(words, text.replace("%l", limit.toLocaleString()));
  }

  /** The device's account of the run; what cannot be read is left out. */
  private result(exit: Json): void {
    const told = this.told ?? {};
    const reason = String(told.reason ?? exit.reason ?? "");
    const known = REASONS.has(reason) ? this.say(reason) : undefined;
    const verdict = known ?? this.data.texts.ended ?? "";
    this.put("verdict", verdict);
    this.put("status", statusWords(exit));
    const took = (Number(told.ended) - Number(told.began)) / 1000;
    this.put("took", Number.isFinite(took) && took >= 0 ? `${took.toFixed(1)} s` : "–");
    this.put("out", this.written(told.stdout));
    this.put("err", this.written(told.stderr));
    const section = this.part("result");
    if (section !== null) {
      section.hidden = false;
      section.dataset.tone = reason === "ended" && exit.status === 0 ? "green" : "red";
    }
    this.close(verdict);
    if (this.data.recipe !== undefined) void this.goOn(this.data.recipe);
  }

  /** A step of a recipe is followed by the next, if there is one, or by the recipe's own page. */
  private async goOn(plan: RecipePlan): Promise<void> {
    this.put("next", this.data.texts.recipe_next ?? "");
    try {
      const page = await nextStep(plan);
      if (page !== undefined) location.assign(page);
      else this.put("next", this.data.texts.recipe_slow ?? "");
    } catch {
      this.put("next", this.data.texts.recipe_slow ?? ""); // the server cannot be reached
    }
  }

  private written(value: unknown): string {
    const facts = typeof value === "object" && value !== null ? (value as Json) : {};
    const digest = /^sha256:[0-9a-f]{64}$/.exec(String(facts.sha256))?.[0] ?? "";
    const bytes = Number.isSafeInteger(facts.bytes) ? Number(facts.bytes) : 0;
    return bytes === 0 ? "0 B" : `${bytes.toLocaleString()} B ${digest}`;
  }

  /** The first word about the end stands: EXIT comes before the front's CLOSE. */
  private close(sentence: string): void {
    if (this.over) return;
    this.measure();
    this.over = true;
    this.bar.recording(false);
    this.bar.state(sentence, "ended");
    this.put("state", sentence);
    this.part("stop")?.setAttribute("hidden", "");
    document.querySelector<HTMLDialogElement>("#run-stop")?.close();
    document.querySelector<HTMLElement>("[data-session-after]")?.removeAttribute("hidden");
  }

  private async end(): Promise<void> {
    try {
      await post(this.data.end_url, {});
    } catch (error) {
      const sentence = error instanceof Refused ? error.message : "The server cannot be reached.";
      this.bar.state(sentence, "up");
    }
  }
}
