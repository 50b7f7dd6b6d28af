/** Ask for a restart: a session of its own, good for one, whose only channel restarts the device. */

import type { Json } from "../link/frames";
import { type Envelope, post, Refused, type SessionData } from "../session/bootstrap";
import { SessionConnection, type SessionView } from "../session/connection";
import { keep } from "../signing/keyring";
import { generateKeyPair, sessionKey } from "../signing/sshsig";

interface Granted {
  session: string;
  ticket: string;
  link: string;
  grant: Envelope;
  channel: SessionData["channel"];
  expires: number;
}

/** Why it does not come to it, in a sentence. */
type Off = (sentence: string) => void;

export async function askRestart(data: SessionData, off: Off): Promise<void> {
  const { restart } = data;
  if (restart?.url === undefined) return;
  const pair = await generateKeyPair();
  const key = await sessionKey(pair);
  let granted: Granted;
  try {
    granted = await post<Granted>(restart.url, {
      session_key: key.line,
      case: restart.case ?? "",
      capability: "reboot",
    });
  } catch (error) {
    off(error instanceof Refused ? error.message : "The server cannot be reached.");
    return;
  }
  const { session, ticket } = granted;
  const kept = { session, pair, counter: 0, channels: [], kept: Date.now() };
  await keep(kept);
  const asked = { ...data, ...granted, mode: "open" as const, recordings: [] };
  new SessionConnection(asked, { key, kept }, async () => ticket, watching(off)).start();
}

/** Only a refusal is news: everything else the page hears of the device itself. */
function watching(off: Off): SessionView {
  const nothing = () => undefined;
  return {
    unit: nothing,
    heard: nothing,
    opened: nothing,
    link: nothing,
    measured: nothing,
    notice: (_value: Json) => undefined,
    refused: off,
    ended: (sentence, code) => {
      if (code !== "rebooting") off(sentence);
    },
  };
}
