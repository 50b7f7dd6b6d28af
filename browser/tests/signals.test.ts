// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { offerSignals } from "../src/terminal/signals";
import { find, show } from "./page";

test("the chosen signal is sent once, and nothing when the dialog is left", () => {
  show(`<dialog id="send-signal"></dialog>`);
  const sent: string[] = [];
  let after = 0;
  offerSignals(
    (name) => sent.push(name),
    () => {
      after += 1;
    },
  );
  const dialog = find<HTMLDialogElement>("#send-signal");
  for (const chosen of ["TERM", "", "rm -r", "INT"]) {
    dialog.returnValue = chosen;
    dialog.dispatchEvent(new Event("close"));
  }
  dialog.dispatchEvent(new Event("close"));
  expect(sent).toEqual(["TERM", "INT"]);
  expect(after).toBe(5);
});
