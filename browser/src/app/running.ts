/** The form of a script: make a session key that never leaves this browser, send the answers, go there. */

import { Idiomorph } from "idiomorph/dist/idiomorph.esm.js";
import { csrfToken } from "../session/bootstrap";
import { keep } from "../signing/keyring";
import { generateKeyPair, sessionKey } from "../signing/sshsig";

interface Granted {
  /** Missing where nothing was granted yet: the page says why. */
  session?: string;
  page: string;
}

function answer(form: HTMLFormElement, words: string): void {
  const element = form.querySelector<HTMLElement>("[data-connect-answer]");
  if (element === null) return;
  element.hidden = words === "";
  element.textContent = words;
}

/** The server's page with its sentences beside the fields takes this form's place; what was typed stays. */
function redraw(form: HTMLFormElement, html: string): void {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById(form.id);
  if (fresh === null) return;
  Idiomorph.morph(form, fresh.outerHTML, { morphStyle: "outerHTML" });
  const wrong = document.querySelector<HTMLElement>(`#${form.id} [data-invalid]`);
  wrong?.querySelector<HTMLElement>("input, select, textarea")?.focus();
}

async function run(form: HTMLFormElement): Promise<void> {
  const pair = await generateKeyPair();
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string") fields.append(name, value);
  }
  fields.set("session_key", (await sessionKey(pair)).line);
  const response = await fetch(form.action, {
    method: "POST",
    headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" },
    body: fields,
    credentials: "same-origin",
  });
  const said = response.headers.get("Content-Type") ?? "";
  if (said.startsWith("text/html")) {
    redraw(form, await response.text());
    return;
  }
  const value = (await response.json()) as Granted & { sentence?: string };
  if (!response.ok) {
    answer(form, value.sentence ?? response.statusText);
    return;
  }
  if (value.session === undefined) {
    location.assign(value.page);
    return;
  }
  await keep({ session: value.session, pair, counter: 0, channels: [], kept: Date.now() });
  sessionStorage.setItem(`reachback-session-${value.session}`, JSON.stringify(value));
  location.assign(value.page);
}

async function submit(form: HTMLFormElement): Promise<void> {
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]");
  if (button === null || button.disabled) return;
  button.disabled = true;
  answer(form, "");
  try {
    await run(form);
  } catch (error) {
    const old = error instanceof DOMException;
    answer(
      form,
      old
        ? "This browser cannot make an Ed25519 key; update it or use another."
        : "The server cannot be reached.",
    );
  } finally {
    button.disabled = false;
  }
}

export function startRunForms(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.dataset.runForm === undefined) return;
    event.preventDefault();
    void submit(form);
  });
}
