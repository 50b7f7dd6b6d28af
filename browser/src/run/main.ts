/** The session page of one script's run. */

import "./run.css";
import { readJson, type SessionData } from "../session/bootstrap";
import { keysFor, ticketSource } from "../session/keys";
import { onlyPage } from "../terminal/only_page";
import { RunPage } from "./page";

async function main(): Promise<void> {
  const element = document.getElementById("run");
  if (element === null) return;
  const data = readJson<SessionData>("session-data");
  const keys = await keysFor(data.session);
  const page = new RunPage(element, data, keys, ticketSource(data, keys));
  onlyPage(data.session, (words) => page.leave(words));
  page.start();
}

void main();
