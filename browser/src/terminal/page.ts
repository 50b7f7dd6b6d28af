/** Joins the shells, the bar and the connection of one session. */

import type { Json } from "../link/frames";
import type { Unit } from "../link/streams";
import { post, Refused, type SessionData } from "../session/bootstrap";
import {
  type Keys,
  SessionConnection,
  type SessionView,
  type TicketSource,
} from "../session/connection";
import { browser, type Surroundings } from "../session/surroundings";
import { askRestart } from "./ask_restart";
import { SessionBar } from "./bar";
import { DataCap } from "./cap";
import { Restart } from "./restart";
import type { Screen } from "./screen";
import { Shell, type ShellHost } from "./shell";
import { offerSignals } from "./signals";
import { newKey, numberOf, openTabs, TABS_MOST, TabBar } from "./tabs";
import { Tools } from "./tools";

const SIGNAL_COMMAND = 17;
const FOLLOW_AFTER_MS = 3000; // its technician's browser has opened the new shell by then
const FULL = "The line is down and no more can be kept: this was not typed.";

export class SessionPage implements SessionView, ShellHost {
  private readonly bar: SessionBar;
  private readonly connection: SessionConnection;
  private readonly watching: boolean;
  private readonly first: Shell;
  private readonly tabs: TabBar;
  private readonly tools: Tools;
  private shells: Shell[] = [];
  private active: Shell;
  private legs = { browser: true, device: true };
  private lostAt = 0;
  private returned = false; // what the bar says about that stands
  private lostBytes = 0;
  private over = false;
  private attemptAt = 0;
  private handed = false;
  /** What a further shell asks for. */
  private readonly base: SessionData["channel"];
  private readonly cap: DataCap;
  private readonly restart: Restart;

  constructor(
    private readonly element: HTMLElement,
    readonly data: SessionData,
    private readonly keys: Keys,
    ticket: TicketSource,
    private readonly around: Surroundings = browser,
  ) {
    this.watching = data.mode === "watch";
    this.bar = new SessionBar(data.device.zone, data.expires);
    const host = {
      say: (words: string, link: "up" | "lost") => {
        if (!this.over) this.bar.state(words, link);
      },
      renew: () => this.renew(),
      keep: (boot: string) => {
        keys.kept.boot = boot;
        void around.keep(keys.kept);
      },
    };
    this.restart = new Restart(data, host, keys.kept.boot);
    const { channels, openings = {} } = keys.kept;
    const older = channels.length > 0 || Object.keys(openings).length > 0;
    this.base = data.channel;
    const [plan = data.channel, ...others] = openTabs(data, keys.kept);
    data.channel = plan;
    this.first = this.shell(plan);
    this.active = this.first;
    this.tabs = new TabBar(data.texts, {
      show: (index) => this.show(index),
      close: (index) => this.askToClose(index),
      add: () => this.add(),
    });
    this.connection = new SessionConnection(data, keys, ticket, this, around);
    this.first.carry(this.connection.first);
    if (older) this.first.tellSize();
    this.bar.onEnd(() => void this.end());
    this.offerRestart();
    this.bar.everySecond = () => this.second();
    this.tools = new Tools(this.first.screen, this.first.element, {
      echo: () => this.switchEcho(),
      tab: () => this.add(),
      show: (index) => this.show(index),
    });
    offerSignals(
      (name) => this.active.command(SIGNAL_COMMAND, new TextEncoder().encode(name)),
      () => this.screen.terminal.focus(),
    );
    this.cap = new DataCap(data.session, (bytes) => this.connection.cap(bytes));
    this.bar.echo(this.first.foresight?.enabled ?? false);
    for (const other of others) {
      const shell = this.shell(other);
      this.join(shell);
      shell.tellSize();
    }
    this.draw();
  }

  get screen(): Screen {
    return this.active.screen;
  }

  start(): void {
    this.connection.start();
    if (!this.watching) this.screen.terminal.focus();
  }

  /** Another page carries the session now: stop, and say so. */
  leave(words: string): void {
    this.connection.stop();
    for (const shell of this.shells) shell.ended(words);
  }

  // Several shells

  private shell(plan: SessionData["channel"]): Shell {
    const place = document.createElement("div");
    place.className = "shell";
    place.hidden = this.shells.length > 0;
    this.element.append(place);
    const made = new Shell(place, plan, this);
    this.shells.push(made);
    return made;
  }

  private join(shell: Shell): void {
    this.tools.adopt(shell.screen, shell.element);
    shell.carry(this.connection.open(shell.plan, shell));
  }

  private draw(): void {
    const tabs = this.shells.map((each) => ({ number: numberOf(each.plan.key), over: each.over }));
    this.tabs.draw(tabs, this.shells.indexOf(this.active), !this.watching, this.mayOpen);
  }

  /** OPEN is signed by the key the grant names; it stays in the browser that pressed Connect. */
  private get mayOpen(): boolean {
    const { grant } = this.data;
    if (this.watching || grant === null) return false;
    return (JSON.parse(grant.body) as Json).session_key === this.keys.key.line;
  }

  private show(index: number): void {
    const shell = this.shells[index];
    if (shell === undefined) return;
    this.active = shell;
    this.tools.use(shell.screen);
    for (const each of this.shells) each.show(each === shell);
    this.draw();
  }

  /** One more shell under the session's own grant. */
  private add(): void {
    if (this.over || !this.mayOpen || this.shells.length >= TABS_MOST) return;
    this.another();
  }

  private another(key = newKey(this.data, this.keys.kept)): void {
    const { kind, parameters } = this.base;
    this.join(this.shell({ key, kind, parameters: { ...parameters } }));
    this.show(this.shells.length - 1);
  }

  // A restart of the device

  private offerRestart(): void {
    const dialog = document.querySelector<HTMLDialogElement>("#restart-device");
    if (dialog === null) return;
    const own = dialog.querySelector<HTMLElement>("[data-own-time]");
    if (own !== null) own.textContent = new Date(Number(own.dataset.ownTime)).toLocaleString();
    dialog.addEventListener("close", () => {
      const wanted = dialog.returnValue;
      dialog.returnValue = "";
      this.screen.terminal.focus();
      if (wanted === "plan") this.planRestart();
      if (wanted !== "restart") return;
      this.restart.asked();
      void askRestart(this.data, (sentence) => this.restart.off(sentence));
    });
  }

  /** The contract's window is closed: the device keeps the restart until it opens. */
  private planRestart(): void {
    const { at, planned } = this.data.restart ?? {};
    const say = (sentence: string) => this.bar.state(sentence, "up");
    if (at !== undefined) void askRestart(this.data, say, at, () => say(planned ?? ""));
  }

  restarted(): void {
    this.draw();
    if (this.shells.some((each) => !each.over)) return;
    this.bar.recording(false);
    this.restart.shellEnded();
  }

  /** All shells ended with the restart: go on in a new one. Who watches, follows a moment later. */
  private renew(): boolean {
    if (this.over || this.shells.some((each) => !each.over)) return false;
    if (!this.watching) this.another();
    else this.around.later(FOLLOW_AFTER_MS, () => this.follow());
    return true;
  }

  private follow(key = newKey(this.data, this.keys.kept)): void {
    this.data.recordings.push(key);
    this.another(key);
  }

  /** Who watches sees shells that are opened later, beside the one they look at. */
  private followNew(keys: unknown): void {
    if (!this.watching || this.over || !Array.isArray(keys)) return;
    const looked = this.shells.indexOf(this.active);
    const known = new Set(this.shells.map((each) => each.plan.key));
    const fresh = keys.filter(
      (key): key is string => typeof key === "string" && !known.has(key) && numberOf(key) > 0,
    );
    for (const key of fresh.slice(0, TABS_MOST)) {
      if (!this.data.recordings.includes(key)) this.follow(key);
    }
    if (fresh.length > 0 && !this.shells[looked]?.over) this.show(looked);
  }

  private askToClose(index: number): void {
    const shell = this.shells[index];
    if (shell === undefined) return;
    if (shell.over) {
      this.remove(shell);
      return;
    }
    this.show(index);
    const dialog = document.querySelector<HTMLDialogElement>("#close-shell");
    if (dialog === null) return;
    dialog.returnValue = "";
    dialog.onclose = () => {
      const channel = shell.carried;
      const wanted = dialog.returnValue === "close" && channel !== undefined && !shell.over;
      shell.leaving = wanted && this.connection.close(channel);
      if (wanted && !shell.leaving) this.bar.state(FULL, "lost");
      this.screen.terminal.focus();
    };
    dialog.showModal();
  }

  private remove(shell: Shell): void {
    if (this.shells.length < 2) return;
    const { kept } = this.keys;
    kept.closed = [...(kept.closed ?? []), shell.plan.key];
    void this.around.keep(kept);
    this.shells = this.shells.filter((each) => each !== shell);
    this.tools.drop(shell.screen);
    shell.element.remove();
    shell.screen.terminal.dispose();
    if (this.active === shell) this.show(0);
    else this.draw();
  }

  // The first shell is the connection's own view

  unit(unit: Unit, offset: number): void {
    this.first.unit(unit, offset);
  }

  heard(): void {
    this.first.heard();
  }

  opened(_value?: Json): void {
    if (this.over) return;
    this.bar.recording(true);
    if (this.restart.active) {
      this.restart.opened();
      return;
    }
    if (this.lostAt > 0 || this.returned) return;
    this.bar.state(this.watching ? (this.data.texts.watching ?? "You are watching.") : "", "up");
  }

  takenUp(): void {
    document.querySelector("[data-session-take]")?.removeAttribute("hidden");
    document.querySelector("[data-session-leave]")?.setAttribute("hidden", "");
  }

  /** A colleague has it now: this page may look on, or leave. */
  handedOver(): void {
    this.handed = true;
    document.querySelector("[data-session-watch]")?.removeAttribute("hidden");
    for (const name of ["session-leave", "session-end", "session-hand", "handing"]) {
      document.querySelector(`[data-${name}]`)?.setAttribute("hidden", "");
    }
  }

  attached(name: string): void {
    this.bar.technician(name);
  }

  refused(sentence: string): void {
    this.first.refused(sentence);
  }

  ended(shell: Shell | string, sentence = ""): void {
    if (typeof shell === "string") {
      this.first.ended(shell);
      return;
    }
    if (this.shells.every((each) => each.over)) this.close(sentence);
    else if (shell.leaving) this.remove(shell);
    this.draw();
  }

  full(): void {
    this.bar.state(FULL, "lost");
  }

  missing(bytes: number): void {
    this.lostBytes += bytes;
  }

  private switchEcho(): void {
    const enabled = !(this.active.foresight?.enabled ?? true);
    for (const { foresight } of this.shells) if (foresight) foresight.enabled = enabled;
    this.bar.echo(enabled);
  }

  private close(sentence: string): void {
    if (this.over) return;
    this.over = true;
    this.bar.recording(false);
    this.bar.state(sentence, "ended");
    if (this.handed) return;
    document.querySelector<HTMLElement>("[data-session-after]")?.removeAttribute("hidden");
  }

  link(state: "up" | "lost", waiting: number): void {
    this.legs.browser = state === "up";
    this.tell(waiting);
  }

  notice(value: Json): void {
    this.bar.people(value);
    this.followNew(value.channels);
    this.legs.device = value.device === "back";
    this.restart.notice(value);
    this.tell(0);
  }

  /** Both legs must stand for the session to be back. */
  private tell(waiting: number): void {
    if (this.over) return;
    if (!this.legs.browser || !this.legs.device) {
      this.lostAt ||= Date.now();
      this.returned = false;
      this.attemptAt = Date.now() + waiting;
      this.second();
    } else if (this.lostAt > 0) {
      const seconds = ((Date.now() - this.lostAt) / 1000).toFixed(1);
      this.lostAt = 0;
      if (this.restart.active) return;
      this.returned = true;
      const lost = `${this.lostBytes} ${this.data.texts.nothing_lost ?? "bytes lost"}`;
      const back = this.data.texts.back ?? "Back after";
      this.bar.state(`${back} ${seconds} s · ${lost}`, "up");
    }
  }

  /** While a leg is lost: how long until the next attempt, or else how long it has been. */
  private second(): void {
    if (this.over) return;
    if (this.restart.active && this.legs.browser) {
      this.restart.tell();
      return;
    }
    if (this.lostAt === 0) return;
    const wait = Math.ceil((this.attemptAt - Date.now()) / 1000);
    const seconds = wait > 0 ? wait : Math.round((Date.now() - this.lostAt) / 1000);
    const words = this.data.texts.reconnecting ?? "Reconnecting… %s s, nothing is lost.";
    this.bar.state(words.replace("%s", String(seconds)), "lost");
  }

  measured(rtt: number | undefined, bytes: number, resumes: number): void {
    // The way to the device is longer than the way to the server: keys have measured it.
    this.bar.measured(this.active.foresight?.roundTrip ?? rtt ?? 0, bytes, resumes);
    const { tone, words } = this.cap.state(bytes, this.data.texts);
    this.bar.cap(tone, words);
  }

  slow(on: boolean): void {
    this.bar.slow(on);
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
