// @vitest-environment happy-dom
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { startConnect } from "../src/app/connect";
import { receive, startLive } from "../src/app/live";
import { startPage } from "../src/app/page";
import { startToasts, toast } from "../src/app/toasts";
import { answerWith, find, press, show } from "./page";

const settle = (): Promise<void> => vi.advanceTimersByTimeAsync(20).then(() => undefined);

beforeAll(() => {
  show("");
  startLive();
  startConnect();
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "setInterval", "clearInterval", "clearTimeout"] });
});

afterEach(() => {
  vi.useRealTimers();
});

const nudge = (html: string, data: Record<string, unknown> = {}) => ({
  event: "case",
  topic: "cases",
  html,
  data,
});

describe("live lists", () => {
  const LIST = `<button data-new-rows="new" hidden></button><ol data-live="cases">
    <li id="c1" data-row aria-current="true" data-picked=""><a class="row-link" href="#1">Old words</a></li></ol>`;

  function scrolled(by: number): void {
    Object.defineProperty(document, "scrollingElement", {
      configurable: true,
      value: { scrollTop: by },
    });
  }

  test("a changed row is morphed in place: focus, selection and pick stay", () => {
    show(LIST);
    const row = find("#c1");
    find("#c1 a").focus();
    receive(nudge('<li id="c1" data-row><a class="row-link" href="#1">New words</a></li>'));
    expect(find("#c1")).toBe(row);
    expect(row.textContent).toBe("New words");
    expect(document.activeElement).toBe(find("#c1 a"));
    expect(row.getAttribute("aria-current")).toBe("true");
    expect(row.dataset.picked).toBe("");
  });

  test("a new row appears at once at the top, and waits behind a pill when scrolled", () => {
    show(LIST);
    scrolled(0);
    receive(nudge('<li id="c2" data-row>Second</li>'));
    expect(find("ol").firstElementChild?.id).toBe("c2");
    scrolled(500);
    for (const id of ["c3", "c4", "c3"]) receive(nudge(`<li id="${id}" data-row>${id}</li>`));
    expect(document.getElementById("c3")).toBeNull();
    expect(find("[data-new-rows]").hidden).toBe(false);
    expect(find("[data-new-rows]").textContent).toBe("2 new");
    find("[data-new-rows]").click();
    expect(document.querySelectorAll("li")).toHaveLength(4);
    expect(find("[data-new-rows]").hidden).toBe(true);
    scrolled(0);
  });

  test("another topic changes nothing; what was removed goes", () => {
    show(LIST);
    receive({ ...nudge('<li id="c9">x</li>'), topic: "devices" });
    expect(document.getElementById("c9")).toBeNull();
    receive(nudge("", { removed: "c1" }));
    expect(document.getElementById("c1")).toBeNull();
  });
});

describe("toasts", () => {
  test("leave after 6 s, not while somebody is in them", async () => {
    show('<div id="toasts"></div>');
    startToasts();
    toast("Saved");
    toast("Held");
    const held = find(".toast:last-child");
    held.tabIndex = 0;
    held.focus();
    await vi.advanceTimersByTimeAsync(6500);
    expect(document.querySelectorAll(".toast")).toHaveLength(1);
    held.blur();
    await vi.advanceTimersByTimeAsync(7000);
    expect(document.querySelectorAll(".toast")).toHaveLength(0);
  });

  test("say why an undo did not work", async () => {
    show(`<div id="toasts"><div class="toast" data-toast data-undo="/undo/">Closed
      <button data-undoes>Undo</button></div></div>`);
    startToasts();
    const asked = answerWith(409, { code: "changed", sentence: "Somebody changed it since." });
    find("[data-undoes]").click();
    await settle();
    expect(asked[0]?.url).toBe("/undo/");
    expect(find(".toast[data-tone=red]").textContent).toBe("Somebody changed it since.");
  });
});

describe("the page", () => {
  test("theme, tabs and confirmation by name do what their markup says", async () => {
    show(`<div id="toasts"></div><button data-theme-toggle hidden>Theme</button>
      <article data-tab="timeline"><nav class="tabs"><a href="#timeline" aria-current="true">T</a>
      <a href="#context">C</a></nav></article>
      <form><input data-confirms="lijiang-frontdesk"><button type="submit">Reboot</button></form>`);
    const asked = answerWith(204, null);
    startPage();
    find("[data-theme-toggle]").click();
    await settle();
    expect(find("[data-theme-toggle]").hidden).toBe(false);
    expect(document.documentElement.dataset.theme).toBe("light");
    expect(asked[0]).toMatchObject({ url: "/people/me/theme/", body: "theme=light" });
    find("a[href='#context']").click();
    expect(find("article").dataset.tab).toBe("context");
    expect(find("[aria-current=true]").textContent).toBe("C");
    const submit = find<HTMLButtonElement>("button[type=submit]");
    expect(submit.disabled).toBe(true);
    const input = find<HTMLInputElement>("input");
    input.value = "lijiang-frontdesk";
    input.dispatchEvent(new Event("input"));
    expect(submit.disabled).toBe(false);
  });

  test("a draft outlives the page and goes with its form; Ctrl-Enter sends", () => {
    const form = `<form action="#"><textarea data-draft="case-1"></textarea></form>`;
    show(form);
    startPage();
    const area = find<HTMLTextAreaElement>("textarea");
    area.value = "half a thought";
    area.dispatchEvent(new Event("input"));
    show(form);
    startPage();
    expect(find<HTMLTextAreaElement>("textarea").value).toBe("half a thought");
    find("form").addEventListener("submit", (event) => event.preventDefault());
    press("Enter", find("textarea"), { ctrlKey: true });
    show(form);
    startPage();
    expect(find<HTMLTextAreaElement>("textarea").value).toBe("");
  });
});

describe("Connect", () => {
  test("shows the refusal's sentence beside the button and can be pressed again", async () => {
    show(`<section class="panel"><button data-connect="/access/devices/d1/connect" data-case="c1"
      data-run-as="guest">Connect</button><p data-connect-answer></p></section>`);
    const asked = answerWith(403, { code: "outside-window", sentence: "Clause 2 allows nights." });
    vi.useRealTimers(); // WebCrypto answers when it likes
    find("[data-connect]").click();
    expect(find<HTMLButtonElement>("[data-connect]").disabled).toBe(true);
    await vi.waitFor(() => expect(find("[data-connect-answer]").textContent).not.toBe(""), {
      timeout: 60_000,
    });
    expect(find("[data-connect-answer]").textContent).toBe("Clause 2 allows nights.");
    expect(find<HTMLButtonElement>("[data-connect]").disabled).toBe(false);
    const sent = JSON.parse(asked[0]?.body ?? "{}");
    expect(sent).toMatchObject({ case: "c1", run_as: "guest", capability: "shell.user" });
    expect(sent.session_key).toMatch(/^ssh-ed25519 AAAA/);
  });

  test("asks for the user that was chosen beside it, and files for nobody's choice", async () => {
    const refusal = { code: "x", sentence: "No." };
    show(`<section class="panel"><input type="radio" name="shell-user" value="guest"
      data-capability="shell.user"><input type="radio" name="shell-user" value="root" checked
      data-capability="shell.admin"><button id="shell" data-connect="/c" data-run-as="guest"
      data-capability="shell.user" data-chooses="shell-user">Connect</button><button id="files"
      data-connect="/c" data-run-as="guest" data-capability="files.read">Files</button>
      <p data-connect-answer></p></section>`);
    const asked = answerWith(403, refusal);
    vi.useRealTimers();
    for (const name of ["shell", "files"]) {
      const before = asked.length;
      find(`#${name}`).click();
      await vi.waitFor(() => expect(asked.length).toBe(before + 1));
    }
    const sent = asked.map((each) => JSON.parse(each.body ?? "{}"));
    expect(sent[0]).toMatchObject({ run_as: "root", capability: "shell.admin" });
    expect(sent[1]).toMatchObject({ run_as: "guest", capability: "files.read" });
  });
});
