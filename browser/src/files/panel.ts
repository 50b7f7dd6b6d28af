/** The list of transfers: a bar, what is sent and what is there, rate, time left, SHA-256, buttons. */

import { element } from "./elements";
import { plain, size, span } from "./names";
import type { Transfer } from "./transfer";
import type { Words } from "./words";

const REDRAW_MS = 200;

interface Row {
  item: HTMLLIElement;
  bar: HTMLProgressElement;
  about: HTMLElement;
  sum: HTMLElement;
  buttons: HTMLElement;
  shown: string;
  state: string;
}

export class Panel {
  private readonly rows = new Map<Transfer, Row>();
  private readonly stale = new Set<Transfer>();
  private timer: number | undefined;

  constructor(
    private readonly section: HTMLElement,
    private readonly say: Words,
  ) {}

  /** For `new Transfer(…)`: draws at most five times a second, the end at once. */
  readonly changed = (transfer: Transfer): void => {
    if (!this.rows.has(transfer)) this.add(transfer);
    const row = this.rows.get(transfer);
    if (row !== undefined && row.state !== transfer.state) {
      this.draw(transfer);
      return;
    }
    this.stale.add(transfer);
    this.timer ??= window.setTimeout(() => {
      this.timer = undefined;
      for (const each of this.stale) this.draw(each);
      this.stale.clear();
    }, REDRAW_MS);
  };

  get active(): boolean {
    return [...this.rows.keys()].some((transfer) => !transfer.over);
  }

  /** Take away what is over. */
  tidy(): void {
    for (const [transfer, row] of this.rows) {
      if (!transfer.over) continue;
      row.item.remove();
      this.rows.delete(transfer);
    }
    this.section.hidden = this.rows.size === 0;
  }

  private add(transfer: Transfer): void {
    const name = element("strong", { className: "files-name" }, plain(transfer.name));
    const bar = element("progress", { max: 1, value: 0 });
    bar.setAttribute("aria-label", plain(transfer.name));
    const about = element("span", { className: "files-about" });
    const sum = element("span", { className: "mono files-sum" });
    const buttons = element("span", { className: "files-buttons" });
    const way = element("span", { className: "faint" }, this.say(transfer.direction));
    const item = element("li", {}, name, way, bar, about, buttons, sum);
    this.rows.set(transfer, { item, bar, about, sum, buttons, shown: "", state: "" });
    this.section.querySelector("ul")?.append(item);
    this.section.hidden = false;
    this.draw(transfer);
  }

  private draw(transfer: Transfer): void {
    const row = this.rows.get(transfer);
    if (row === undefined) return;
    row.bar.value = transfer.size > 0 ? transfer.there / transfer.size : 1;
    row.bar.hidden = transfer.over;
    row.about.textContent = this.about(transfer);
    row.sum.textContent = transfer.sha256 === "" ? "" : `SHA-256 ${transfer.sha256}`;
    row.item.dataset.state = transfer.state;
    row.state = transfer.state;
    this.offer(transfer, row);
  }

  private about(transfer: Transfer): string {
    const values = {
      size: size(transfer.size),
      sent: size(transfer.sent),
      there: size(transfer.there),
    };
    const { state, direction, rate, left } = transfer;
    if (state !== "running") {
      const words = this.say(`${state}_${direction}`, values);
      return [words, transfer.sentence].filter((each) => each !== "").join(" ");
    }
    const parts = [this.say(`running_${direction}`, values)];
    if (rate !== undefined) parts.push(`${size(rate)}/s`);
    if (left !== undefined) parts.push(this.say("left", { span: span(left) }));
    return parts.join(" · ");
  }

  private offer(transfer: Transfer, row: Row): void {
    const wanted = (["retry", "pause", "resume", "cancel"] as const).filter((act) => transfer[act]);
    if (wanted.join() === row.shown) return;
    row.shown = wanted.join();
    row.buttons.replaceChildren(
      ...wanted.map((act) => {
        const button = element("button", { type: "button", className: "button" }, this.say(act));
        button.setAttribute("aria-label", `${this.say(act)}: ${plain(transfer.name)}`);
        button.addEventListener("click", () => transfer[act]?.());
        return button;
      }),
    );
  }
}
