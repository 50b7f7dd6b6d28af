/** Signals to the job in the terminal, for what no key can say (or what the job has switched off). */

/** `send` gets a signal's name without SIG, when one was chosen in the dialog. */
export function offerSignals(send: (name: string) => void, after: () => void): void {
  const dialog = document.querySelector<HTMLDialogElement>("#send-signal");
  dialog?.addEventListener("close", () => {
    const name = dialog.returnValue;
    dialog.returnValue = "";
    if (/^[A-Z0-9]{2,6}$/.test(name)) send(name);
    after();
  });
}
