/** The golden vectors that the Python twin wrote (wire/vectors). */

import canonicalFile from "../../wire/vectors/canonical.json";
import documentsFile from "../../wire/vectors/documents.json";
import framesFile from "../../wire/vectors/frames.json";
import leavesFile from "../../wire/vectors/leaves.json";
import sshsigFile from "../../wire/vectors/sshsig.json";
import streamsFile from "../../wire/vectors/streams.json";
import type { Unit } from "../src/link/streams";

export const vectors = {
  canonical: canonicalFile,
  documents: documentsFile,
  frames: framesFile,
  leaves: leavesFile,
  sshsig: sshsigFile,
  streams: streamsFile,
};

export function bytes(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function hex(content: Uint8Array): string {
  return [...content].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Bytes in hex, everything else as it is: what the vectors hold. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return hex(value);
  if (Array.isArray(value)) return value.map(plain);
  return value;
}

export interface PlainUnit {
  data?: string;
  kind?: number;
  body?: string;
  length?: number;
  time?: number;
  salt?: string;
  sha256?: string;
}

export function unitOf(value: PlainUnit): Unit {
  if (value.data !== undefined) return { kind: "data", data: bytes(value.data) };
  if (value.kind !== undefined) {
    return { kind: "ctrl", control: value.kind, body: bytes(value.body ?? "") };
  }
  const { length = 0, time = 0, salt = "", sha256 = "" } = value;
  return { kind: "gap", length, time, salt: bytes(salt), sha256: bytes(sha256) };
}

export function plainUnit(unit: Unit): PlainUnit {
  if (unit.kind === "data") return { data: hex(unit.data) };
  if (unit.kind === "ctrl") return { kind: unit.control, body: hex(unit.body) };
  const { length, time, salt, sha256 } = unit;
  return { length, time, salt: hex(salt), sha256: hex(sha256) };
}

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
