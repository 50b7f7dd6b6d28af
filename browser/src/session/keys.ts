/** A session's key and tickets, as every page of a session needs them. */

import type { Json } from "../link/frames";
import { keep, kept } from "../signing/keyring";
import { generateKeyPair, sessionKey } from "../signing/sshsig";
import { type Envelope, post, type SessionData } from "./bootstrap";
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

/** Take over what a colleague offers: a grant for this browser's key, and the offer for the device. */
export async function takeOver(data: SessionData, keys: Keys): Promise<void> {
  const { take_url = "", run_as = "", channels = [] } = data.handing ?? {};
  const asked = { session_key: keys.key.line };
  const made = await post<{ ticket: string; grant: Envelope; offer: Envelope }>(take_url, asked);
  const { kept } = keys;
  kept.grant = made.grant;
  kept.taking = { offer: made.offer, run_as, channels: [...channels] };
  kept.channels = [];
  kept.openings = {};
  kept.closed = channels.includes(data.channel.key) ? [] : [data.channel.key];
  await keep(kept);
  const handed = JSON.stringify({ ticket: made.ticket });
  sessionStorage.setItem(`reachback-session-${data.session}`, handed);
}

/** The grant to go by is the one that names this browser's key. */
export function ownGrant(data: SessionData, keys: Keys): Envelope | null {
  const line = keys.key.line;
  const names = ({ body }: Envelope) => (JSON.parse(body) as Json).session_key === line;
  const all = [...(data.grants ?? []), ...(keys.kept.grant === undefined ? [] : [keys.kept.grant])];
  return all.reverse().find(names) ?? data.grant;
}

/** The ticket that came with Connect is used once; a returning opener needs none, a watcher asks anew. */
export function ticketSource(data: SessionData, keys: Keys): TicketSource {
  const slot = `reachback-session-${data.session}`;
  return async (fresh) => {
    if (sessionStorage.getItem(takeSlot(data.session)) !== null) {
      sessionStorage.removeItem(takeSlot(data.session));
      const asked = { key: keys.key.line, take_up: true };
      const answer = await post<{ ticket: string; grant: Envelope | null }>(data.ticket_url, asked);
      if (answer.grant !== null) {
        keys.kept.grant = answer.grant; // further shells of this browser are signed by its own key
        data.grant = answer.grant;
        await keep(keys.kept);
      }
      return answer.ticket;
    }
    const handed = sessionStorage.getItem(slot);
    sessionStorage.removeItem(slot);
    if (handed !== null && !fresh) return String((JSON.parse(handed) as Json).ticket);
    const seated = keys.kept.channels.length > 0 || keys.kept.taking !== undefined;
    if (data.mode === "open" && seated && !fresh) return "";
    const answer = await post<{ ticket: string }>(data.ticket_url, { key: keys.key.line });
    return answer.ticket;
  };
}
