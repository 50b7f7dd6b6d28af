/** The session page: a shell on the customer's device, recorded, surviving a lost link on either leg. */

import "@xterm/xterm/css/xterm.css";
import "./terminal.css";
import type { Json } from "../link/frames";
import type { Unit } from "../link/streams";
import { unitLength } from "../link/streams";
import { post, readJson, type SessionData } from "../session/bootstrap";
import { type Keys, SessionConnection } from "../session/connection";
import { keep, kept } from "../signing/keyring";
import { generateKeyPair, sessionKey } from "../signing/sshsig";
import { SessionBar } from "./bar";
import { Screen } from "./screen";

const RESIZE_COMMAND = 16;
const RESIZE_TESTIMONY = 4;
const EXIT_TESTIMONY = 5;
const TESTIMONY_HEAD = 24; // time 8, salt 16

async function keysFor(session: string): Promise<Keys> {
  let entry = await kept(session);
  if (entry === undefined) {
    entry = { session, pair: await generateKeyPair(), counter: 0, channels: [], kept: Date.now() };
    await keep(entry);
  }
  return { kept: entry, key: await sessionKey(entry.pair) };
}

/** The ticket that came with Connect is used once; a returning opener needs none, a watcher asks anew. */
function ticketSource(data: SessionData, keys: Keys): () => Promise<string> {
  const slot = `reachback-session-${data.session}`;
  return async () => {
    const handed = sessionStorage.getItem(slot);
    sessionStorage.removeItem(slot);
    if (handed !== null) return String((JSON.parse(handed) as Json).ticket);
    if (data.mode === "open" && keys.kept.channels.length > 0) return "";
    const answer = await post<{ ticket: string }>(data.ticket_url, { key: keys.key.line });
    return answer.ticket;
  };
}

function resizeBody(columns: number, rows: number): Uint8Array {
  const body = new Uint8Array(4);
  const view = new DataView(body.buffer);
  view.setUint16(0, columns);
  view.setUint16(2, rows);
  return body;
}

class SessionPage {
  private readonly bar: SessionBar;
  private readonly screen: Screen;
  private readonly connection: SessionConnection;
  private lostAt = 0;
  private missing = 0;
  private over = false;

  constructor(
    element: HTMLElement,
    private readonly data: SessionData,
    keys: Keys,
  ) {
    const watching = data.mode === "watch";
    this.bar = new SessionBar(data.device.zone, data.expires);
    const events = {
      typed: (bytes: Uint8Array) => this.connection?.type(bytes),
      resized: (columns: number, rows: number) =>
        this.connection?.command(RESIZE_COMMAND, resizeBody(columns, rows)),
    };
    this.screen = new Screen(element, events, watching);
    const { columns, rows } = this.screen.size;
    data.channel.parameters = { term: "xterm-256color", ...data.channel.parameters, columns, rows };
    this.connection = new SessionConnection(data, keys, ticketSource(data, keys), this);
    this.bar.onEnd(() => void this.end());
    this.connection.start();
    if (!watching) this.screen.terminal.focus();
  }

  unit(unit: Unit, offset: number): void {
    const after = offset + unitLength(unit);
    if (unit.kind === "data") {
      this.screen.write(unit.bytes, () => this.connection.consumed(after));
      return;
    }
    if (unit.kind === "gap") {
      this.missing += unit.length;
      this.screen.say(`${unit.length} B: ${this.data.texts.gap ?? "the device declared a gap"}`);
    } else this.testimony(unit.control, unit.body);
    this.connection.consumed(after);
  }

  private testimony(kind: number, body: Uint8Array): void {
    const payload = body.subarray(TESTIMONY_HEAD);
    if (kind === RESIZE_TESTIMONY && this.data.mode === "watch" && payload.length === 4) {
      const view = new DataView(payload.buffer, payload.byteOffset, 4);
      this.screen.resize(view.getUint16(0), view.getUint16(2));
    }
    if (kind === EXIT_TESTIMONY) this.ended(this.data.texts.ended ?? "");
  }

  opened(value: Json): void {
    this.bar.recording(value.recording !== "off");
    this.bar.state(this.data.mode === "watch" ? (this.data.texts.watching ?? "") : "", "up");
  }

  refused(sentence: string): void {
    this.over = true;
    this.screen.say(sentence);
    this.bar.state(sentence, "ended");
  }

  ended(sentence: string): void {
    if (this.over) return;
    this.over = true;
    this.screen.say(sentence);
    this.bar.recording(false);
    this.bar.state(sentence, "ended");
    document.querySelector<HTMLElement>("[data-session-after]")?.removeAttribute("hidden");
  }

  link(state: "up" | "lost", waiting: number): void {
    if (this.over) return;
    if (state === "up") this.returned();
    else {
      this.lostAt ||= Date.now();
      const seconds = Math.ceil(waiting / 1000);
      this.bar.state(`${this.data.texts.reconnecting ?? "Reconnecting"} ${seconds} s`, "lost");
    }
  }

  notice(value: Json): void {
    this.bar.people(value);
    if (value.device === "back") this.returned();
    if (value.device === "lost" && !this.over) {
      this.lostAt ||= Date.now();
      this.bar.state(this.data.texts.reconnecting ?? "Reconnecting", "lost");
    }
  }

  private returned(): void {
    if (this.lostAt === 0) return;
    const seconds = ((Date.now() - this.lostAt) / 1000).toFixed(1);
    this.lostAt = 0;
    this.bar.state(
      `${seconds} s · ${this.missing} ${this.data.texts.nothing_lost ?? "bytes lost"}`,
      "up",
    );
  }

  measured(rtt: number, bytes: number, resumes: number): void {
    this.bar.measured(rtt, bytes, resumes);
  }

  private async end(): Promise<void> {
    await post(this.data.end_url, {});
  }
}

async function main(): Promise<void> {
  const element = document.getElementById("terminal");
  if (element === null) return;
  const data = readJson<SessionData>("session-data");
  new SessionPage(element, data, await keysFor(data.session));
}

void main();
