/** Several shells of one session: which there are, and the bar that names them. */

import type { ChannelPlan, SessionData } from "../session/bootstrap";
import type { KeptSession } from "../signing/keyring";

/** As many as there are keys to reach them by. */
export const TABS_MOST = 9;

export interface TabActs {
  show(index: number): void;
  close(index: number): void;
  add(): void;
}

export interface Tab {
  number: number;
  over: boolean;
}

/** The number of a channel within its session: N of SESSION.N. */
export function numberOf(key: string): number {
  return Number(key.slice(key.lastIndexOf(".") + 1)) || 0;
}

/** The shells a page begins with: its first, and those an earlier page of this browser (or the watched one) has. */
export function openTabs(data: SessionData, kept: KeptSession): ChannelPlan[] {
  const { key, kind, parameters } = data.channel;
  const own = [...kept.channels.map((each) => each.key), ...Object.keys(kept.openings ?? {})];
  const { taking } = kept;
  const begins = taking === undefined ? [key] : taking.channels;
  const known = new Set([...begins, ...(data.mode === "watch" ? data.recordings : own)]);
  const keys = [...known].filter((each) => !kept.closed?.includes(each));
  return (keys.length > 0 ? keys : [key])
    .sort((one, other) => numberOf(one) - numberOf(other))
    .map((each) =>
      taking?.channels.includes(each)
        ? attachment(each, taking)
        : { key: each, kind, parameters: { ...parameters } },
    );
}

/** A colleague's running shell, asked for with the offer. */
function attachment(key: string, taking: NonNullable<KeptSession["taking"]>): ChannelPlan {
  const { run_as, offer } = taking;
  return { key, kind: "attach", parameters: { run_as, offer } };
}

/** A key no channel of this session ever had. */
export function newKey(data: SessionData, kept: KeptSession): string {
  const known = [
    data.channel.key,
    ...data.recordings,
    ...kept.channels.map((each) => each.key),
    ...Object.keys(kept.openings ?? {}),
  ];
  return `${data.session}.${1 + Math.max(...known.map(numberOf))}`;
}

export class TabBar {
  private readonly bar = document.querySelector<HTMLElement>("[data-shell-tabs]");

  constructor(
    private readonly texts: Record<string, string>,
    private readonly acts: TabActs,
  ) {}

  /** One shell needs no bar: it is opened from the tools, or by its key. */
  draw(tabs: Tab[], active: number, types: boolean, opens: boolean): void {
    const { bar, acts } = this;
    if (bar === null) return;
    bar.hidden = tabs.length < 2;
    bar.replaceChildren(
      ...tabs.map((tab, index) => {
        const item = document.createElement("span");
        item.className = "shell-tab";
        const over = tab.over ? ` ${this.texts.tab_over ?? "(ended)"}` : "";
        const name = (this.texts.tab ?? "Shell %s").replace("%s", String(tab.number));
        const choose = button(`${name}${over}`, () => acts.show(index));
        if (index === active) choose.setAttribute("aria-current", "true");
        item.append(choose);
        if (types) {
          const close = button("×", () => acts.close(index));
          const words = this.texts.tab_close ?? "Close shell %s";
          close.setAttribute("aria-label", words.replace("%s", String(tab.number)));
          item.append(close);
        }
        return item;
      }),
    );
    if (opens && tabs.length < TABS_MOST) {
      const add = button("+", () => acts.add());
      add.setAttribute("aria-label", this.texts.tab_new ?? "New shell");
      bar.append(add);
    }
  }
}

function button(words: string, act: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}
