/** A session's key and tickets, as every page of a session needs them. */

import type { Json } from "../link/frames";
import { keep, kept } from "../signing/keyring";
import { generateKeyPair, sessionKey } from "../signing/sshsig";
import { post, type SessionData } from "./bootstrap";
import type { Keys, TicketSource } from "./connection";

export async function keysFor(session: string): Promise<Keys> {
  let entry = await kept(session);
  if (entry === undefined) {
    entry = { session, pair: await generateKeyPair(), counter: 0, channels: [], kept: Date.now() };
    await keep(entry);
  }
  return { kept: entry, key: await sessionKey(entry.pair) };
}

const takeSlot = (session: string): string => `reachback-take-${session}`;

/** Go on here with what the same person opened in another browser: from the next page on. */
export async function takeUp(data: SessionData, keys: Keys): Promise<void> {
  const { kind } = data.channel;
  keys.kept.channels = data.recordings.map((key) => ({ key, kind }));
  keys.kept.closed = [];
  await keep(keys.kept);
  sessionStorage.setItem(takeSlot(data.session), "yes");
}

/** The ticket that came with Connect is used once; a returning opener needs none, a watcher asks anew. */
export function ticketSource(data: SessionData, keys: Keys): TicketSource {
  const slot = `reachback-session-${data.session}`;
  return async (fresh) => {
    if (sessionStorage.getItem(takeSlot(data.session)) !== null) {
      sessionStorage.removeItem(takeSlot(data.session));
      const asked = { key: keys.key.line, take_up: true };
      return (await post<{ ticket: string }>(data.ticket_url, asked)).ticket;
    }
    const handed = sessionStorage.getItem(slot);
    sessionStorage.removeItem(slot);
    if (handed !== null && !fresh) return String((JSON.parse(handed) as Json).ticket);
    if (data.mode === "open" && keys.kept.channels.length > 0 && !fresh) return "";
    const answer = await post<{ ticket: string }>(data.ticket_url, { key: keys.key.line });
    return answer.ticket;
  };
}
