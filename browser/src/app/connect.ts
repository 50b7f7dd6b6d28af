/** The Connect button: make a session key that never leaves this browser, ask for a grant, go there. */

import { post, Refused } from "../session/bootstrap";
import { handOver, tell, waitingTab } from "../session/opening";
import { keep } from "../signing/keyring";
import { generateKeyPair, sessionKey } from "../signing/sshsig";
import { listen, type Nudge } from "./events";

interface Granted {
  session: string;
  page: string;
}

function scopeOf(button: HTMLElement): ParentNode {
  return button.closest(".panel, .card, section, main") ?? document;
}

function answer(button: HTMLElement, words: string): void {
  const element = scopeOf(button).querySelector<HTMLElement>("[data-connect-answer]");
  if (element !== null) {
    element.hidden = words === "";
    element.textContent = words;
  }
}

/** What is only expected is not told in red. */
function calm(button: HTMLElement, well: boolean): void {
  scopeOf(button).querySelector("[data-connect-answer]")?.classList.toggle("tone-red", !well);
}

/** Whom the shell is opened as: the one chosen beside the button, else the one written on it. */
function wanted(button: HTMLButtonElement): {
  run_as: string;
  capability: string;
  target?: string;
} {
  const { chooses, runAs = "", capability = "shell.user", target } = button.dataset;
  if (target !== undefined) return { run_as: "", capability, target };
  const chosen =
    chooses === undefined
      ? null
      : scopeOf(button).querySelector<HTMLInputElement>(`input[name="${chooses}"]:checked`);
  if (chosen === null) return { run_as: runAs, capability };
  return { run_as: chosen.value, capability: chosen.dataset.capability ?? capability };
}

async function granted(button: HTMLButtonElement): Promise<Granted> {
  const pair = await generateKeyPair();
  const key = await sessionKey(pair);
  const made = await post<Granted>(button.dataset.connect ?? "", {
    session_key: key.line,
    case: button.dataset.case ?? "",
    approval: button.dataset.approval ?? "",
    ...wanted(button),
  });
  const { session } = made;
  await keep({ session, pair, counter: 0, channels: [], kept: Date.now() });
  sessionStorage.setItem(`reachback-session-${session}`, JSON.stringify(made));
  return made;
}

function whyNot(error: unknown): string {
  if (error instanceof Refused) return error.message;
  if (error instanceof DOMException) {
    return "This browser cannot make an Ed25519 key; update it or use another.";
  }
  return "The server cannot be reached.";
}

/** Where the contract asks for approval, the page that asks for it comes instead of a refusal. */
function askInstead(button: HTMLButtonElement, error: unknown, here: boolean): boolean {
  const { ask, case: matter = "", approval } = button.dataset;
  const needed = error instanceof Refused && error.code.startsWith("approval-");
  if (!needed || !here || ask === undefined || approval !== undefined) return false;
  location.assign(`${ask}?${new URLSearchParams({ case: matter, ...wanted(button) })}`);
  return true;
}

/** A page that waits for an approval goes on by itself, once for each button that appears. */
function goOn(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-connect][data-at-once]");
  if (button === null) return;
  button.removeAttribute("data-at-once");
  void connect(button);
}

/** A device in contact on demand comes: what it needs to be asked for follows its link at once. */
const SOON = new Set(["device-expected", "device-offline", "no-nonce"]);
const TRIES = 20;

async function patiently(button: HTMLButtonElement, tries: number): Promise<Granted> {
  for (let left = tries; ; left -= 1) {
    try {
      return await granted(button);
    } catch (error) {
      if (left <= 1 || !(error instanceof Refused) || !SOON.has(error.code)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

/** Connect was pressed, the device is expected: press it again for whoever still has this page open. */
function waitFor(button: HTMLButtonElement): void {
  button.dataset.waits = "";
}

function here(nudge: Nudge): void {
  if (nudge.event !== "device.link" || nudge.data.state !== "linked") return;
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-connect][data-waits]")) {
    if (button.dataset.device !== nudge.data.device) continue;
    delete button.dataset.waits;
    void connect(button, TRIES);
  }
}

async function stopWaiting(button: HTMLButtonElement): Promise<void> {
  button.disabled = true;
  await post(button.dataset.stopWaiting ?? "", {}).catch(() => undefined);
  location.reload();
}

async function connect(button: HTMLButtonElement, tries = 1): Promise<void> {
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  answer(button, "");
  const { opening } = button.dataset;
  const tab = opening === undefined ? undefined : waitingTab(opening);
  try {
    const { session, page } = await patiently(button, tries);
    if (tab !== undefined) handOver(session, tab);
    location.assign(page);
  } catch (error) {
    button.disabled = false;
    button.removeAttribute("aria-busy");
    if (askInstead(button, error, tab === undefined)) return;
    answer(button, whyNot(error));
    const waits = error instanceof Refused && error.code === "device-expected";
    if (waits) waitFor(button);
    calm(button, waits);
    if (tab !== undefined) tell(tab, { sentence: whyNot(error) });
  }
}

export function startConnect(): void {
  listen(here);
  document.addEventListener("click", (event) => {
    const button = (event.target as Element | null)?.closest<HTMLButtonElement>("[data-connect]");
    if (button) void connect(button);
    const stop = (event.target as Element | null)?.closest<HTMLButtonElement>(
      "[data-stop-waiting]",
    );
    if (stop) void stopWaiting(stop);
  });
  goOn();
  const waiting = document.getElementById("approval-state");
  if (waiting === null) return;
  new MutationObserver(goOn).observe(waiting, { childList: true, subtree: true });
}
