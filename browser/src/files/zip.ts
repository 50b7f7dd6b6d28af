/** A zip archive of stored files (APPNOTE 6.3.10): no compression, names in UTF-8, made as its files come. */

const LARGEST = 0xffff_ffff;
const UTF8 = 0x0800;
const MADE_BY_UNIX = 0x0314;
const NEEDS = 20;
const TABLE = Uint32Array.from({ length: 256 }, (_each, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1)
    value = value & 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1;
  return value;
});

/** CRC-32 of a Blob, a mebibyte at a time. */
export async function crcOf(blob: Blob): Promise<number> {
  let crc = 0xffff_ffff;
  for (let at = 0; at < blob.size; at += 1 << 20) {
    const bytes = new Uint8Array(await blob.slice(at, at + (1 << 20)).arrayBuffer());
    for (const byte of bytes) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 255] as number);
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}

interface Member {
  name: Uint8Array;
  crc: number;
  size: number;
  at: number;
  stamp: number;
  folder: boolean;
}

export class Zip {
  private readonly parts: BlobPart[] = [];
  private readonly members: Member[] = [];
  private length = 0;

  /** Whether one more file of this size still fits in an archive every program opens. */
  fits(size: number): boolean {
    return this.members.length < 65_000 && this.length + size < LARGEST - (1 << 24);
  }

  /** `changed` in ms since 1970, kept in UTC. */
  async add(path: string, content: Blob, changed: number): Promise<void> {
    const crc = await crcOf(content);
    this.member(path, { crc, size: content.size, stamp: dosTime(changed), folder: false });
    this.parts.push(content);
    this.length += content.size;
  }

  folder(path: string): void {
    this.member(`${path}/`, { crc: 0, size: 0, stamp: dosTime(0), folder: true });
  }

  private member(path: string, about: Omit<Member, "name" | "at">): void {
    const member = { ...about, name: new TextEncoder().encode(path), at: this.length };
    this.members.push(member);
    this.put(record(0x0403_4b50, [[2, NEEDS], ...facts(member)], [member.name]));
  }

  private put(bytes: Uint8Array): void {
    this.parts.push(bytes as BlobPart);
    this.length += bytes.length;
  }

  finish(): Blob {
    const start = this.length;
    for (const member of this.members) {
      const mode = member.folder ? 0o040755 : 0o100644;
      const fields: Field[] = [
        [2, MADE_BY_UNIX],
        [2, NEEDS],
        ...facts(member),
        [2, 0],
        [2, 0],
        [2, 0],
        [4, (mode << 16) >>> 0],
        [4, member.at],
      ];
      this.put(record(0x0201_4b50, fields, [member.name]));
    }
    const count = this.members.length;
    const size = this.length - start;
    const ends: Field[] = [
      [2, 0],
      [2, 0],
      [2, count],
      [2, count],
      [4, size],
      [4, start],
      [2, 0],
    ];
    this.put(record(0x0605_4b50, ends, []));
    return new Blob(this.parts, { type: "application/zip" });
  }
}

type Field = [number, number];

/** What a local header and the central directory say alike. */
function facts(member: Member): Field[] {
  return [
    [2, UTF8],
    [2, 0],
    [4, member.stamp],
    [4, member.crc],
    [4, member.size],
    [4, member.size],
    [2, member.name.length],
    [2, 0],
  ];
}

function record(mark: number, fields: Field[], tail: Uint8Array[]): Uint8Array {
  const all: Field[] = [[4, mark], ...fields];
  const head = all.reduce((sum, [width]) => sum + width, 0);
  const bytes = new Uint8Array(head + tail.reduce((sum, each) => sum + each.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [width, value] of all) {
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += width;
  }
  for (const each of tail) {
    bytes.set(each, at);
    at += each.length;
  }
  return bytes;
}

/** MS-DOS time: two seconds' steps since 1980. */
function dosTime(milliseconds: number): number {
  const date = new Date(Math.max(milliseconds, Date.UTC(1980, 0, 1)));
  const day =
    ((Math.min(date.getUTCFullYear(), 2107) - 1980) << 9) |
    ((date.getUTCMonth() + 1) << 5) |
    date.getUTCDate();
  const time =
    (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  return ((day << 16) | time) >>> 0;
}
