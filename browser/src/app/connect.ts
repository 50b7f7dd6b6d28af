/** The Connect button: make a session key that never leaves this browser, ask for a grant, go there. */

import { post, Refused } from "../session/bootstrap";
import { handOver, tell, waitingTab } from "../session/opening";
import { keep } from "../signing/keyring";
import { generateKeyPair, sessionKey } from "../signing/sshsig";

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

async function connect(button: HTMLButtonElement): Promise<void> {
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  answer(button, "");
  const { opening } = button.dataset;
  const tab = opening === undefined ? undefined : waitingTab(opening);
  try {
    const { session, page } = await granted(button);
    if (tab !== undefined) handOver(session, tab);
    location.assign(page);
  } catch (error) {
    button.disabled = false;
    button.removeAttribute("aria-busy");
    answer(button, whyNot(error));
    if (tab !== undefined) tell(tab, { sentence: whyNot(error) });
  }
}

export function startConnect(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element | null)?.closest<HTMLButtonElement>("[data-connect]");
    if (button) void connect(button);
  });
}
