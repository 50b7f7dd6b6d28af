/** Replay of a recording: asciinema-player fed by the decrypted asciicast, with a command index. */

import "asciinema-player/dist/bundle/asciinema-player.css";
import { create, type Player } from "asciinema-player";
import { readJson } from "../session/bootstrap";

interface ReplayData {
  asciicast: string;
  commands: string;
  columns: number;
  rows: number;
  begin_ms?: number;
  texts: Record<string, string>;
}

const SPEEDS = [1, 2, 4, 8];
const LONGEST_SILENCE_SECONDS = 2;

class Replay {
  private player: Player | undefined;
  private speed = 1;
  private skipping = true;
  /** Called when a jump has switched the skipping of silence off. */
  onskip: (() => void) | undefined;

  constructor(
    private readonly element: HTMLElement,
    private readonly data: ReplayData,
  ) {
    const begin = data.begin_ms ?? 0;
    if (begin > 0) this.skipping = false;
    this.load(begin / 1000, false);
  }

  get skips(): boolean {
    return this.skipping;
  }

  private load(startAt: number, playing: boolean): void {
    this.player?.dispose();
    this.element.replaceChildren();
    const options = {
      cols: this.data.columns,
      rows: this.data.rows,
      autoPlay: playing,
      preload: true,
      startAt,
      speed: this.speed,
      fit: "width",
      theme: "asciinema",
      markers: [],
      ...(this.skipping ? { idleTimeLimit: LONGEST_SILENCE_SECONDS } : {}),
    };
    this.player = create(this.data.asciicast, this.element, options);
  }

  /** Jump to an instant; silence skipping changes the player's time axis, so jumps switch it off. */
  async seek(milliseconds: number): Promise<void> {
    if (this.skipping) {
      this.skipping = false;
      this.load(milliseconds / 1000, true);
      this.onskip?.();
      return;
    }
    await this.player?.seek(milliseconds / 1000);
    await this.player?.play();
  }

  async nextSpeed(): Promise<number> {
    this.speed = SPEEDS[(SPEEDS.indexOf(this.speed) + 1) % SPEEDS.length] ?? 1;
    this.load((await this.player?.getCurrentTime()) ?? 0, true);
    return this.speed;
  }

  async toggleSilence(): Promise<boolean> {
    this.skipping = !this.skipping;
    this.load((await this.player?.getCurrentTime()) ?? 0, true);
    return this.skipping;
  }
}

function control(words: string, act: (button: HTMLButtonElement) => void): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.dataset.size = "s";
  button.textContent = words;
  button.addEventListener("click", () => act(button));
  return button;
}

function controls(replay: Replay, data: ReplayData, after: HTMLElement): void {
  const bar = document.createElement("div");
  bar.className = "line replay-controls";
  bar.append(
    control(`${data.texts.speed ?? "Speed"} 1×`, (button) => {
      void replay.nextSpeed().then((speed) => {
        button.textContent = `${data.texts.speed ?? "Speed"} ${speed}×`;
      });
    }),
    control(data.texts.skip ?? "Skip silence", (button) => {
      void replay.toggleSilence().then((on) => button.setAttribute("aria-pressed", String(on)));
    }),
  );
  const skips = (): void =>
    bar.lastElementChild?.setAttribute("aria-pressed", String(replay.skips));
  skips();
  replay.onskip = skips;
  after.after(bar);
}

function main(): void {
  const element = document.getElementById("replay");
  if (element === null) return;
  const data = readJson<ReplayData>("replay-data");
  const replay = new Replay(element, data);
  controls(replay, data, element);
  document.addEventListener("click", (event) => {
    const target = (event.target as Element | null)?.closest<HTMLElement>("[data-seek]");
    if (target?.dataset.seek !== undefined) void replay.seek(Number(target.dataset.seek));
  });
}

main();
