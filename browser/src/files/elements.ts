/** Elements made of text alone: what a device says never becomes markup. */

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  Object.assign(made, properties);
  made.append(...children);
  return made;
}

/** A part of the page that its template always has. */
export function part<T extends HTMLElement = HTMLElement>(within: ParentNode, name: string): T {
  const found = within.querySelector<T>(`[data-files-${name}]`);
  if (found === null) throw new Error(`[data-files-${name}] is missing from the page.`);
  return found;
}

/** An icon of the page's own set, copied from where the server drew it. */
export function icon(within: ParentNode, name: string): Node {
  const drawn = within.querySelector(`[data-files-icons] [data-icon="${name}"]`);
  return drawn?.firstElementChild?.cloneNode(true) ?? document.createTextNode("");
}

export interface Choice {
  value: string;
  words: string;
  kind?: "primary" | "danger";
}

export interface Question {
  title: string;
  body: string;
  /** A field with this beginning, under this label. */
  field?: { label: string; value: string; check: (value: string) => string };
  choices: Choice[];
}

/** Ask in a dialog; "" when it was left without a choice. */
export function ask(
  dialog: HTMLDialogElement,
  question: Question,
): Promise<{ choice: string; value: string }> {
  const title = part(dialog, "title");
  const body = part(dialog, "body");
  const foot = part(dialog, "foot");
  title.textContent = question.title;
  const field = element("input", { type: "text", autocomplete: "off", spellcheck: false });
  const problem = element("p", { className: "tone-red text-s" });
  problem.setAttribute("role", "alert");
  body.replaceChildren(element("p", {}, question.body));
  if (question.field !== undefined) {
    field.value = question.field.value;
    body.append(element("label", { className: "files-field" }, question.field.label, field));
    body.append(problem);
  }
  return new Promise((resolve) => {
    let chosen = "";
    const choose = (choice: string) => {
      const wrong = choice === "" ? "" : (question.field?.check(field.value) ?? "");
      problem.textContent = wrong;
      if (wrong !== "") {
        field.focus();
        return;
      }
      chosen = choice;
      dialog.close();
    };
    foot.replaceChildren(
      ...question.choices.map(({ value, words, kind }) => {
        const button = element("button", { type: "button", className: "button" }, words);
        if (kind !== undefined) button.dataset.kind = kind;
        button.addEventListener("click", () => choose(value));
        return button;
      }),
    );
    const main = question.choices.at(-1)?.value ?? "";
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      choose(main);
    });
    dialog.addEventListener("close", () => resolve({ choice: chosen, value: field.value }), {
      once: true,
    });
    dialog.showModal();
    if (question.field !== undefined) field.select();
  });
}
