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

/** `planned` is called when the device has taken a restart that waits for `at` (ms). */
export async function askRestart(
  data: SessionData,
  off: Off,
  at = 0,
  planned?: () => void,
): Promise<void> {
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
      ...(at > 0 ? { at: String(at) } : {}),
    });
  } catch (error) {
    off(error instanceof Refused ? error.message : "The server cannot be reached.");
    return;
  }
  const { session, ticket } = granted;
  const kept = { session, pair, counter: 0, channels: [], kept: Date.now() };
  await keep(kept);
  const asked = { ...data, ...granted, mode: "open" as const, recordings: [] };
  const taken = () => {
    if (at === 0) return;
    connection.stop(); // it waits on the device, whoever looks on
    planned?.();
  };
  const view = watching(off, taken);
  const connection = new SessionConnection(asked, { key, kept }, async () => ticket, view);
  connection.start();
}

/** Only a refusal is news: everything else the page hears of the device itself. */
function watching(off: Off, opened: () => void): SessionView {
  const nothing = () => undefined;
  return {
    unit: nothing,
    heard: nothing,
    opened,
    link: nothing,
    measured: nothing,
    notice: (_value: Json) => undefined,
    refused: off,
    ended: (sentence, code) => {
      if (code !== "rebooting") off(sentence);
    },
  };
}
