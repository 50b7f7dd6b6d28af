/** The session page of a files channel. */

import "./files.css";
import { readJson, type SessionData } from "../session/bootstrap";
import { keysFor, ticketSource } from "../session/keys";
import { onlyPage } from "../terminal/only_page";
import { FilesPage } from "./page";

async function main(): Promise<void> {
  const element = document.getElementById("files");
  if (element === null) return;
  const data = readJson<SessionData>("session-data");
  const keys = await keysFor(data.session);
  const page = new FilesPage(element, data, keys, ticketSource(data, keys));
  onlyPage(data.session, (words) => page.leave(words));
  page.start();
}

void main();
