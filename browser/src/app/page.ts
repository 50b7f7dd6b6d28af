/** Small behaviours of a page: theme, tabs, drafts, copying, confirmation by name. */

import { post } from "../session/bootstrap";
import { toast } from "./toasts";

const THEMES = ["system", "light", "dark"];

function startTheme(): void {
  for (const toggle of document.querySelectorAll<HTMLElement>("[data-theme-toggle]")) {
    toggle.hidden = false;
    toggle.addEventListener("click", () => {
      const root = document.documentElement;
      const at = THEMES.indexOf(root.dataset.theme ?? "system");
      const theme = THEMES[(at + 1) % THEMES.length] ?? "system";
      root.dataset.theme = theme;
      toast(toggle.dataset[theme] ?? theme);
      post("/people/me/theme/", new URLSearchParams({ theme })).catch(() => undefined); // a visitor has nothing to keep it in
    });
  }
}

function startTabs(): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as Element | null)?.closest<HTMLAnchorElement>(
      "nav.tabs > a[href^='#']",
    );
    const holder = link?.closest<HTMLElement>("[data-tab]");
    if (!link || !holder) return;
    event.preventDefault();
    holder.dataset.tab = link.hash.slice(1);
    for (const tab of holder.querySelectorAll("nav.tabs > a")) tab.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
  });
}

function startDrafts(): void {
  for (const area of document.querySelectorAll<HTMLTextAreaElement>("textarea[data-draft]")) {
    const slot = `reachback-draft-${area.dataset.draft}`;
    if (area.value === "") area.value = localStorage.getItem(slot) ?? "";
    area.addEventListener("input", () => localStorage.setItem(slot, area.value));
    area.form?.addEventListener("submit", () => localStorage.removeItem(slot));
  }
  document.addEventListener("keydown", (event) => {
    const area = event.target;
    const send = (event.ctrlKey || event.metaKey) && event.key === "Enter";
    if (send && area instanceof HTMLTextAreaElement) area.form?.requestSubmit();
  });
}

function startCopies(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element | null)?.closest<HTMLElement>("[data-copies]");
    if (!button) return;
    const words = button.dataset.copied ?? "Copied";
    void navigator.clipboard.writeText(button.dataset.copies ?? "").then(() => toast(words));
  });
}

function startConfirmations(): void {
  const check = (input: HTMLInputElement): void => {
    const submit = input.form?.querySelector<HTMLButtonElement>(
      "button[type=submit], button:not([type])",
    );
    if (submit) submit.disabled = input.value.trim() !== input.dataset.confirms;
  };
  for (const input of document.querySelectorAll<HTMLInputElement>("input[data-confirms]")) {
    check(input);
    input.addEventListener("input", () => check(input));
  }
}

export function startPage(): void {
  startTheme();
  startTabs();
  startDrafts();
  startCopies();
  startConfirmations();
}
