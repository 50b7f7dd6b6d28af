/** The part of WebSocket a connection uses. */
export interface Wire {
  readonly readyState: number;
  /** No WebSocket, but request pairs. */
  readonly slow?: boolean;
  binaryType: BinaryType;
  onmessage: ((event: { data: ArrayBuffer }) => void) | null;
  onclose: (() => void) | null;
  send(message: Uint8Array): void;
  close(code?: number, reason?: string): void;
}

export const OPEN = 1; // WebSocket.OPEN
