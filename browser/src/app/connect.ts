/** The Connect button: make a session key that never leaves this browser, ask for a grant, go there. */

import { post, Refused } from "../session/bootstrap";
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
function wanted(button: HTMLButtonElement): { run_as: string; capability: string } {
  const { chooses, runAs = "", capability = "shell.user" } = button.dataset;
  const chosen =
    chooses === undefined
      ? null
      : scopeOf(button).querySelector<HTMLInputElement>(`input[name="${chooses}"]:checked`);
  if (chosen === null) return { run_as: runAs, capability };
  return { run_as: chosen.value, capability: chosen.dataset.capability ?? capability };
}

async function connect(button: HTMLButtonElement): Promise<void> {
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  answer(button, "");
  try {
    const pair = await generateKeyPair();
    const key = await sessionKey(pair);
    const granted = await post<Granted>(button.dataset.connect ?? "", {
      session_key: key.line,
      case: button.dataset.case ?? "",
      ...wanted(button),
    });
    const { session } = granted;
    await keep({ session, pair, counter: 0, channels: [], kept: Date.now() });
    sessionStorage.setItem(`reachback-session-${session}`, JSON.stringify(granted));
    location.assign(granted.page);
  } catch (error) {
    button.disabled = false;
    button.removeAttribute("aria-busy");
    if (error instanceof Refused) answer(button, error.message);
    else if (error instanceof DOMException) {
      answer(button, "This browser cannot make an Ed25519 key; update it or use another.");
    } else throw error;
  }
}

export function startConnect(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element | null)?.closest<HTMLButtonElement>("[data-connect]");
    if (button) void connect(button);
  });
}
