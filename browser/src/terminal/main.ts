/** The session page: a shell on the customer's device, recorded, surviving a lost link on either leg. */

import "@xterm/xterm/css/xterm.css";
import "./terminal.css";
import { readJson, type SessionData } from "../session/bootstrap";
import type { Keys } from "../session/connection";
import { keysFor, ownGrant, takeUp, ticketSource } from "../session/keys";
import { Handing } from "./handing";
import { onlyPage } from "./only_page";
import { SessionPage } from "./page";

/** The shell was opened in another browser: its key stays there, so this one can only look on. */
function openedElsewhere(data: SessionData, keys: Keys): boolean {
  const handed = sessionStorage.getItem(`reachback-session-${data.session}`) !== null;
  const { channels, openings = {} } = keys.kept;
  const known =
    channels.length > 0 || Object.keys(openings).length > 0 || keys.kept.taking !== undefined;
  return data.mode === "open" && data.recordings.length > 0 && !handed && !known;
}

async function main(): Promise<void> {
  const element = document.getElementById("terminal");
  if (element === null) return;
  const data = readJson<SessionData>("session-data");
  const keys = await keysFor(data.session);
  data.grant = ownGrant(data, keys);
  if (keys.kept.taking !== undefined) data.mode = "open";
  else if (data.handing?.to_me !== undefined) data.mode = "watch"; // offered, and not taken here
  const elsewhere = openedElsewhere(data, keys);
  if (elsewhere) data.mode = "watch";
  document.querySelector("[data-session-take]")?.addEventListener("click", () => {
    void takeUp(data, keys).then(() => location.reload());
  });
  const page = new SessionPage(element, data, keys, ticketSource(data, keys));
  onlyPage(data.session, (words) => page.leave(words));
  new Handing(data, keys).start();
  if (elsewhere) page.takenUp();
  page.start();
}

void main();
