/** The Files page: folders of the device, transfers that survive a lost link, and changes where allowed. */

import type { Json } from "../link/frames";
import { type Unit, unitLength } from "../link/streams";
import { post, Refused, type SessionData } from "../session/bootstrap";
import type { ChannelView, SessionChannel } from "../session/channel";
import {
  type Keys,
  SessionConnection,
  type SessionView,
  type TicketSource,
} from "../session/connection";
import type { Surroundings } from "../session/surroundings";
import { SessionBar } from "../terminal/bar";
import { FilesChannel } from "./channel";
import { Folder } from "./folder";
import { Scans } from "./scans";
import { type Words, words } from "./words";

/** One channel of files: its units go to its FilesChannel, its end to the page. */
class Beside implements ChannelView {
  files: FilesChannel | undefined;
  carried: SessionChannel | undefined;

  constructor(private readonly closed: (sentence: string) => void) {}

  unit(unit: Unit, offset: number): void {
    this.files?.unit(unit);
    this.carried?.consumed(offset + unitLength(unit));
  }

  opened(): void {}
  heard(): void {}

  acked(): void {
    this.files?.acked();
  }

  refused(sentence: string): void {
    this.closed(sentence);
  }

  ended(sentence: string): void {
    this.closed(sentence);
  }
}

export class FilesPage implements SessionView {
  private readonly bar: SessionBar;
  private readonly connection: SessionConnection;
  private readonly reading: FilesChannel;
  private readonly folder: Folder;
  private readonly say: Words;
  private writing: FilesChannel | undefined;
  private begun = false;
  private over = false;

  constructor(
    element: HTMLElement,
    private readonly data: SessionData,
    private readonly keys: Keys,
    ticket: TicketSource,
    around?: Surroundings,
  ) {
    this.say = words(data.texts);
    this.bar = new SessionBar(data.device.zone, data.expires);
    this.connection = new SessionConnection(data, keys, ticket, this, around);
    this.reading = new FilesChannel(this.connection.first, crypto.randomUUID());
    // An earlier page may have left something under way.
    if (this.known(data.channel.key)) this.reading.stop("reloaded");
    const writable = data.mode === "open" ? data.writing?.parameters.path : undefined;
    this.folder = new Folder(element, {
      device: data.device.id,
      zone: data.device.zone,
      root: String(data.channel.parameters.path),
      writable: typeof writable === "string" ? writable : undefined,
      reading: this.reading,
      writing: () => this.writer(),
      say: this.say,
      scans: data.scan == null ? undefined : new Scans(data.scan, this.say),
    });
    this.bar.onEnd(() => void this.end());
    window.addEventListener("beforeunload", (event) => {
      if (this.folder.busy && !this.over) event.preventDefault();
    });
  }

  private known(key: string): boolean {
    return this.keys.kept.channels.some((channel) => channel.key === key);
  }

  start(): void {
    this.connection.start();
  }

  leave(sentence: string): void {
    this.connection.stop();
    this.close(sentence);
  }

  unit(unit: Unit, offset: number): void {
    this.reading.unit(unit);
    this.connection.consumed(offset + unitLength(unit));
  }

  opened(_value: Json): void {
    this.bar.recording(true);
    if (this.begun) return;
    this.begun = true;
    if (this.data.mode === "watch") this.bar.state(this.say("watching"), "up");
    else void this.folder.begin();
  }

  refused(sentence: string): void {
    this.close(sentence);
  }

  ended(sentence: string): void {
    this.close(sentence);
  }

  link(state: "up" | "lost", _waiting: number): void {
    if (this.over) return;
    const lost = this.say("reconnecting_now");
    this.bar.state(state === "up" ? "" : lost, state);
  }

  notice(value: Json): void {
    this.bar.people(value);
    this.link(value.device === "back" ? "up" : "lost", 0);
  }

  /** Nothing here foresees what the device will say. */
  heard(): void {}

  acked(): void {
    this.reading.acked();
  }

  measured(rtt: number | undefined, bytes: number, resumes: number): void {
    this.bar.measured(rtt ?? 0, bytes, resumes);
  }

  slow(on: boolean): void {
    this.bar.slow(on);
  }

  /** The channel for changes, opened when the first is made. */
  private writer(): FilesChannel {
    if (this.writing !== undefined) return this.writing;
    const plan = this.data.writing;
    if (plan == null) throw new Error("There is nothing to write on.");
    const known = this.known(plan.key);
    const view = new Beside((sentence) => {
      this.writing?.over(sentence);
      if (!this.over) this.folder.tell(sentence);
    });
    view.carried = this.connection.open(plan, view);
    view.files = this.writing = new FilesChannel(view.carried, crypto.randomUUID());
    if (known) this.writing.stop("reloaded");
    return this.writing;
  }

  private close(sentence: string): void {
    if (this.over) return;
    this.over = true;
    this.bar.recording(false);
    this.bar.state(sentence, "ended");
    this.reading.over(sentence);
    this.writing?.over(sentence);
    this.folder.close();
    document.querySelector<HTMLElement>("[data-session-after]")?.removeAttribute("hidden");
  }

  private async end(): Promise<void> {
    try {
      await post(this.data.end_url, {});
    } catch (error) {
      this.bar.state(error instanceof Refused ? error.message : this.say("unreachable"), "up");
    }
  }
}
