/** Relative times and due bars, kept true every 30 s without asking the server. */

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

function relative(instant: number, now: number, format: Intl.RelativeTimeFormat): string {
  const seconds = (instant - now) / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return format.format(Math.round(seconds / size), unit);
  }
  return format.format(Math.round(seconds / 60), "minute");
}

/** A time of day on the viewer's own clock, with the weekday when it is not today. */
function clock(instant: number, now: number): string {
  if (Number.isNaN(instant)) return "";
  const today = new Date(instant).toDateString() === new Date(now).toDateString();
  return new Intl.DateTimeFormat(document.documentElement.lang || undefined, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    ...(today ? {} : { weekday: "short" }),
  }).format(instant);
}

function clocks(now: number): void {
  for (const element of document.querySelectorAll<HTMLTimeElement>("time[data-clock]")) {
    const words = clock(Date.parse(element.dateTime), now);
    if (words !== "" && element.textContent !== words) element.textContent = words;
  }
}

function update(): void {
  const now = Date.now();
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang || undefined, {
    numeric: "auto",
    style: "short",
  });
  for (const element of document.querySelectorAll<HTMLTimeElement>("time[data-relative]")) {
    const instant = Date.parse(element.dateTime);
    if (!Number.isNaN(instant)) element.textContent = relative(instant, now, format);
  }
  clocks(now);
  for (const bar of document.querySelectorAll<HTMLElement>(".due[data-due][data-start]")) {
    const due = Date.parse(bar.dataset.due ?? "");
    const start = Date.parse(bar.dataset.start ?? "");
    const left = Math.max(0, Math.min(100, ((due - now) / Math.max(1, due - start)) * 100));
    bar.querySelector("svg rect:last-of-type")?.setAttribute("width", `${left}%`);
    if (due <= now) bar.dataset.tone = "red";
  }
}

export function startTimes(): void {
  update();
  window.setInterval(update, 30_000);
  document.addEventListener("refreshed", update);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) update();
  });
}
