/** Local echo of one terminal: keys and testimony to the predictor, its guesses to the layer. */

import type { Terminal } from "@xterm/xterm";
import { Layer, XtermScreen } from "./prediction/layer";
import { Predictor } from "./prediction/predictor";

const LOOK_AGAIN_MS = 50;
const KEPT = "reachback-local-echo";

export class Foresight {
  private readonly predictor: Predictor;
  private readonly screen: XtermScreen;
  private readonly layer: Layer;
  private timer: number | undefined;

  constructor(terminal: Terminal) {
    this.predictor = new Predictor(localStorage.getItem(KEPT) !== "off");
    this.screen = new XtermScreen(terminal);
    this.layer = new Layer(terminal);
    for (const final of ["H", "f", "d"]) {
      terminal.parser.registerCsiHandler({ final }, () => {
        this.predictor.addressed();
        return false; // the terminal does what it says
      });
    }
    terminal.onWriteParsed(() => this.look());
    terminal.onScroll(() => this.look());
    terminal.onResize(() => this.look());
  }

  get enabled(): boolean {
    return this.predictor.enabled;
  }

  set enabled(enabled: boolean) {
    this.predictor.enabled = enabled;
    localStorage.setItem(KEPT, enabled ? "auto" : "off");
    this.look();
  }

  /** Seconds a key took to the device and back; undefined before the first. */
  get roundTrip(): number | undefined {
    const { roundTrip } = this.predictor;
    return roundTrip === undefined ? undefined : roundTrip / 1000;
  }

  typed(text: string): void {
    this.predictor.typed(text, this.screen, performance.now());
    this.look();
  }

  testified(bytes: Uint8Array): void {
    this.predictor.testified(bytes, performance.now());
    this.look();
  }

  redacted(): void {
    this.predictor.redacted();
    this.look();
  }

  acknowledged(): void {
    this.predictor.acknowledged(performance.now());
  }

  private look(): void {
    this.predictor.look(this.screen, performance.now());
    this.layer.show(this.predictor.overlay(this.screen));
    window.clearTimeout(this.timer);
    if (this.predictor.active) this.timer = window.setTimeout(() => this.look(), LOOK_AGAIN_MS);
  }
}
