// @vitest-environment happy-dom
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startKeys } from "../src/app/keys";
import { startPalette } from "../src/app/palette";
import { startRows } from "../src/app/rows";
import { answerWith, clicks, find, press, show } from "./page";

const PAGE = `
  <nav><a href="/queue/" data-go="q">Queue <kbd>g q</kbd></a><a href="/devices/" data-go="d">Devices</a></nav>
  <input id="field"><button data-key="a">Assign <kbd>a</kbd></button>
  <ol data-list data-next-words="Next row" data-pick-words="Select the row">
    <li id="r1" data-row><a class="row-link" href="#1">One</a><button hidden data-row-key="d">Dispatch</button></li>
    <li id="r2" data-row><a class="row-link" href="#2">Two</a><button hidden data-row-key="d">Dispatch</button></li>
  </ol>
  <div class="picked-bar" hidden><span data-picked-count></span></div>
  <dialog id="palette"><form action="/search"><input type="search" role="combobox"></form>
    <div id="palette-list"><a role="option" href="#q" data-words="queue cases">Queue</a>
      <a role="option" href="#d" data-words="devices machines">Devices</a></div></dialog>
  <dialog id="keys-sheet"><div data-keys-sheet></div></dialog>`;

beforeAll(() => {
  HTMLElement.prototype.checkVisibility = () => true; // happy-dom lays nothing out
  HTMLElement.prototype.scrollIntoView = () => undefined;
  show(PAGE);
  startRows();
  startKeys();
});

beforeEach(() => {
  show(PAGE);
  answerWith(200, { entries: [] });
  startPalette();
  press("Escape"); // forget a `g` of the test before
});

describe("keys", () => {
  test("click what carries them, outside fields only", () => {
    const assigned = clicks("[data-key=a]");
    press("a");
    press("a", find("#field"));
    press("a", document.body, { ctrlKey: true });
    expect(assigned()).toBe(1);
  });

  test("can be switched off", () => {
    document.documentElement.dataset.keys = "off";
    const assigned = clicks("[data-key=a]");
    press("a");
    press("j");
    expect(assigned()).toBe(0);
    expect(document.querySelector("[aria-current]")).toBeNull();
  });

  test("g and a letter go to a place, even beside a row's own key", () => {
    const gone = clicks("[data-go=d]");
    press("j");
    const dispatched = clicks("#r1 [data-row-key=d]");
    press("g");
    press("d");
    expect([gone(), dispatched()]).toEqual([1, 0]);
    press("d");
    expect([gone(), dispatched()]).toEqual([1, 1]);
  });

  test("? lists every key with its words", () => {
    press("?");
    expect(find<HTMLDialogElement>("#keys-sheet").open).toBe(true);
    const rows = [...document.querySelectorAll("[data-keys-sheet] > div")];
    expect(rows.map((row) => row.textContent)).toEqual([
      "Next rowj",
      "Select the rowx",
      "Queueg q",
      "Devicesg d",
      "Assigna",
      "Dispatchd",
    ]);
  });
});

describe("rows", () => {
  test("j and k move, stop at the ends, and focus the row's link", () => {
    for (const key of ["j", "j", "j"]) press(key);
    expect(find("[aria-current=true]").id).toBe("r2");
    expect(document.activeElement?.getAttribute("href")).toBe("#2");
    press("k");
    expect(find("[aria-current=true]").id).toBe("r1");
  });

  test("x picks and says how many", () => {
    press("j");
    press("x");
    expect(find("#r1").dataset.picked).toBe("");
    expect(find(".picked-bar").hidden).toBe(false);
    expect(find("[data-picked-count]").textContent).toBe("1");
    press("x");
    expect(find(".picked-bar").hidden).toBe(true);
  });

  test("a row's key acts on every picked row, and unpicks them", () => {
    const clicked: string[] = [];
    for (const id of ["r1", "r2"]) {
      const button = document.createElement("button");
      button.dataset.rowKey = "a";
      button.addEventListener("click", () => clicked.push(id));
      find(`#${id}`).append(button);
    }
    for (const key of ["j", "x", "j", "x", "a"]) press(key);
    expect(clicked).toEqual(["r1", "r2"]);
    expect(find(".picked-bar").hidden).toBe(true);
  });
});

describe("the palette", () => {
  test("opens with Ctrl-K, filters by words and follows the chosen entry", () => {
    press("k", document.body, { ctrlKey: true });
    const palette = find<HTMLDialogElement>("#palette");
    expect(palette.open).toBe(true);
    const input = find<HTMLInputElement>("#palette input");
    input.value = "mach";
    input.dispatchEvent(new Event("input"));
    const shown = [...document.querySelectorAll<HTMLElement>("[role=option]")].filter(
      (option) => !option.hidden,
    );
    expect(shown.map((option) => option.textContent)).toEqual(["Devices"]);
    expect(input.getAttribute("aria-activedescendant")).toBe(shown[0]?.id);
    const followed = clicks("[href='#d']");
    press("Enter", input);
    expect(followed()).toBe(1);
    expect(palette.open).toBe(false);
  });

  test("moves with arrows round the end, and leaves with one Escape", () => {
    press("k", document.body, { metaKey: true });
    const input = find<HTMLInputElement>("#palette input");
    press("ArrowUp", input);
    expect(find("[aria-selected=true]").textContent).toBe("Devices");
    press("ArrowDown", input);
    expect(find("[aria-selected=true]").textContent).toBe("Queue");
    press("Escape", input);
    expect(find<HTMLDialogElement>("#palette").open).toBe(false);
  });

  test("that was just left does not swallow the next key", () => {
    press("k", document.body, { ctrlKey: true });
    const input = find<HTMLInputElement>("#palette input");
    press("Escape", input);
    press("?", input); // a browser moves the focus with its next frame
    expect(find<HTMLDialogElement>("#keys-sheet").open).toBe(true);
  });
});
