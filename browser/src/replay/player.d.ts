declare module "asciinema-player" {
  export interface Player {
    seek(seconds: number): Promise<void>;
    play(): Promise<void>;
    getCurrentTime(): number | Promise<number>;
    dispose(): void;
  }
  export function create(source: string, element: HTMLElement, options: object): Player;
}
