/** A cap on the bytes of a session that a technician sets for a metered line. */

const MEGABYTE = 1_000_000;
const WARN = 0.8;

export class DataCap {
  private bytes: number | undefined;

  /** `changed` hears the cap in bytes, undefined for none. */
  constructor(
    private readonly session: string,
    changed: (bytes: number | undefined) => void,
  ) {
    const kept = Number(sessionStorage.getItem(this.slot));
    this.bytes = kept > 0 ? kept : undefined;
    const dialog = document.querySelector<HTMLDialogElement>("#data-cap");
    const field = dialog?.querySelector<HTMLInputElement>("input");
    if (!dialog || !field) return;
    if (this.bytes !== undefined) field.value = String(this.bytes / MEGABYTE);
    dialog.addEventListener("close", () => {
      if (dialog.returnValue !== "set" && dialog.returnValue !== "none") return;
      const wanted = dialog.returnValue === "set" ? Number(field.value) * MEGABYTE : 0;
      this.bytes = wanted > 0 ? Math.round(wanted) : undefined;
      sessionStorage.setItem(this.slot, String(this.bytes ?? 0));
      changed(this.bytes);
    });
    if (this.bytes !== undefined) changed(this.bytes);
  }

  private get slot(): string {
    return `reachback-cap-${this.session}`;
  }

  /** "" below four fifths, then what to say about it, `texts` in the person's language. */
  state(
    used: number,
    texts: Record<string, string>,
  ): { tone: "" | "near" | "full"; words: string } {
    if (this.bytes === undefined || used < WARN * this.bytes) return { tone: "", words: "" };
    if (used >= this.bytes) {
      const words =
        texts.cap_full ?? "Data cap reached: output waits; each key lets a little through.";
      return { tone: "full", words };
    }
    const percent = Math.floor((100 * used) / this.bytes);
    return { tone: "near", words: `${percent} % ${texts.cap_near ?? "of the data cap"}` };
  }
}
