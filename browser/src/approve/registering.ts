/** Register a key for approvals: made here, or read from a file that is never sent. */

import { post, Refused, readJson } from "../session/bootstrap";
import { keepKey, keyFromFile, makeKey } from "./keys";

interface KeysData {
  add_url: string;
  person: { id: string; name: string };
  texts: Record<string, string>;
}

function say(words: string): void {
  const element = document.querySelector<HTMLElement>("[data-key-answer]");
  if (element === null) return;
  element.hidden = words === "";
  element.textContent = words;
}

function label(): string {
  return document.querySelector<HTMLInputElement>("#key-label")?.value.trim() ?? "";
}

async function register(data: KeysData, line: string, kind: string): Promise<void> {
  await post(data.add_url, { line, kind, label: label() });
  location.reload();
}

export function startRegistering(): void {
  const place = document.querySelector<HTMLElement>("[data-approval-keys]");
  if (place === null) return;
  const data = readJson<KeysData>("approval-keys-data");
  const failed = (sentence: string | undefined) => (error: unknown) => {
    say(error instanceof Refused ? error.message : (sentence ?? ""));
  };
  place.querySelector("[data-make-key]")?.addEventListener("click", () => {
    say("");
    makeKey()
      .then((key) => register(data, key.line, "browser"))
      .catch(failed(data.texts.unable));
  });
  const file = place.querySelector<HTMLInputElement>("[data-key-file]");
  file?.addEventListener("change", () => {
    const chosen = file.files?.[0];
    if (chosen === undefined) return;
    say("");
    chosen
      .text()
      .then(keyFromFile)
      .then(keepKey)
      .then((key) => register(data, key.line, "file"))
      .catch(failed(data.texts.not_a_key));
  });
}
