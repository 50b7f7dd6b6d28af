/** The page of a tunnel's session, and the tab that waits for a target's page to open. */

import "./tunnel.css";
import { readJson, type SessionData } from "../session/bootstrap";
import { keysFor, ticketSource } from "../session/keys";
import { listen } from "../session/opening";
import { onlyPage } from "../terminal/only_page";
import { TunnelPage } from "./page";

const LATE_MS = 15_000;

/** Wait for the address; a tab that was opened by hand is told what to do. */
function wait(element: HTMLElement): void {
  listen(location.hash.slice(1), ({ url, sentence }) => {
    if (url !== undefined && /^https?:/.test(url)) location.replace(url);
    else if (sentence) {
      element.textContent = sentence;
      element.setAttribute("role", "alert");
    }
  });
  window.setTimeout(() => {
    document.querySelector("[data-opening-late]")?.removeAttribute("hidden");
  }, LATE_MS);
}

async function main(): Promise<void> {
  const waiting = document.querySelector<HTMLElement>("[data-opening][role=status]");
  if (waiting !== null) wait(waiting);
  const element = document.getElementById("tunnel");
  if (element === null) return;
  const data = readJson<SessionData>("session-data");
  const keys = await keysFor(data.session);
  const source = ticketSource(data, keys);
  const page: TunnelPage = new TunnelPage(element, data, keys, (fresh) =>
    page.joined && data.mode === "open" && !fresh ? Promise.resolve("") : source(fresh),
  );
  onlyPage(data.session, (words) => page.leave(words));
  page.start();
  // A tab that holds a lock is not frozen in the background: it has connections to sign.
  void navigator.locks?.request(`reachback-tunnel-${data.session}`, () => new Promise(() => {}));
}

void main();
