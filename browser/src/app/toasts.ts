/** Toasts leave after 6 s unless somebody looks at them; one with an undo posts there. */

import { post, Refused } from "../session/bootstrap";
import { listen } from "./events";

const SECONDS = 6;

function region(): HTMLElement | null {
  return document.getElementById("toasts");
}

function arm(toast: HTMLElement): void {
  if (toast.dataset.armed !== undefined) return;
  toast.dataset.armed = "";
  const closer = toast.querySelector<HTMLElement>("[data-closes]");
  if (closer !== null) closer.hidden = false;
  let left = SECONDS;
  const timer = window.setInterval(() => {
    if (toast.matches(":hover") || toast.contains(document.activeElement)) return;
    left -= 1;
    if (left > 0) return;
    window.clearInterval(timer);
    toast.remove();
  }, 1000);
}

/** Say something to the person; `tone` as in ui/README.md. */
export function toast(words: string, tone = ""): void {
  const element = document.createElement("div");
  element.className = "toast";
  element.dataset.toast = "";
  if (tone !== "") element.dataset.tone = tone;
  element.setAttribute("role", "status");
  element.textContent = words;
  region()?.append(element);
  arm(element);
}

async function undo(element: HTMLElement): Promise<void> {
  try {
    await post(element.dataset.undo ?? "", {});
    location.reload();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    toast(error.message, "red");
  }
}

export function startToasts(): void {
  const armAll = (): void => {
    for (const element of document.querySelectorAll<HTMLElement>("[data-toast]")) arm(element);
  };
  armAll();
  listen((nudge) => {
    if (nudge.event === "notice") toast(String(nudge.data.words ?? ""));
  });
  const area = region();
  if (area !== null) new MutationObserver(armAll).observe(area, { childList: true });
  document.addEventListener("click", (event) => {
    const target = event.target as Element | null;
    const element = target?.closest<HTMLElement>("[data-toast]");
    if (!element) return;
    if (target?.closest("[data-closes]")) element.remove();
    else if (target?.closest("[data-undoes]")) void undo(element);
  });
}
