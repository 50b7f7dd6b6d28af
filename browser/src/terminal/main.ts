/** The session page: a shell on the customer's device, recorded, surviving a lost link on either leg. */

import "@xterm/xterm/css/xterm.css";
import "./terminal.css";
import type { Json } from "../link/frames";
import { post, readJson, type SessionData } from "../session/bootstrap";
import type { Keys, TicketSource } from "../session/connection";
import { keep, kept } from "../signing/keyring";
import { generateKeyPair, sessionKey } from "../signing/sshsig";
import { onlyPage } from "./only_page";
import { SessionPage } from "./page";

async function keysFor(session: string): Promise<Keys> {
  let entry = await kept(session);
  if (entry === undefined) {
    entry = { session, pair: await generateKeyPair(), counter: 0, channels: [], kept: Date.now() };
    await keep(entry);
  }
  return { kept: entry, key: await sessionKey(entry.pair) };
}

/** The ticket that came with Connect is used once; a returning opener needs none, a watcher asks anew. */
function ticketSource(data: SessionData, keys: Keys): TicketSource {
  const slot = `reachback-session-${data.session}`;
  return async (fresh) => {
    const handed = sessionStorage.getItem(slot);
    sessionStorage.removeItem(slot);
    if (handed !== null && !fresh) return String((JSON.parse(handed) as Json).ticket);
    if (data.mode === "open" && keys.kept.channels.length > 0 && !fresh) return "";
    const answer = await post<{ ticket: string }>(data.ticket_url, { key: keys.key.line });
    return answer.ticket;
  };
}

/** The shell was opened in another browser: its key stays there, so this one can only look on. */
function openedElsewhere(data: SessionData, keys: Keys): boolean {
  const handed = sessionStorage.getItem(`reachback-session-${data.session}`) !== null;
  const known = keys.kept.channels.length > 0 || keys.kept.opening !== undefined;
  return data.mode === "open" && data.recordings.length > 0 && !handed && !known;
}

async function main(): Promise<void> {
  const element = document.getElementById("terminal");
  if (element === null) return;
  const data = readJson<SessionData>("session-data");
  const keys = await keysFor(data.session);
  if (openedElsewhere(data, keys)) data.mode = "watch";
  const page = new SessionPage(element, data, keys, ticketSource(data, keys));
  onlyPage(data.session, (words) => page.leave(words));
  page.start();
}

void main();
