// JShell cells: Java against the live hypervisor. What a cell does is an input like any other, and
// its output carries the moment at which it ran.

import { element } from "./dom.js";
import { frame, post, take } from "./machine.js";

let cells = 0;

/** Makes every cell of the text runnable. */
export function makeCells() {
  for (const cell of document.querySelectorAll(".text .cell")) {
    const shown = cell.querySelector(".shown");
    const box = cellBox(cell.querySelector("code").textContent.trim(), { label: "Cell" });
    if (shown) box.querySelector(".outputs").append(element("pre", { class: "output out" }, shown.textContent));
    cell.replaceWith(box);
  }
}

/** A cell with `code` in it. */
export function cellBox(code, { label, free = false }) {
  const name = `cell-${++cells}`;
  const output = element("div", { class: "outputs", "aria-live": "polite" });
  const editor = element("textarea", {
    id: name, class: "code", spellcheck: "false", autocapitalize: "off", autocomplete: "off", rows: 1,
    role: "combobox", "aria-expanded": "false", "aria-controls": `${name}-list`, "aria-autocomplete": "list",
    input: () => fit(editor),
  });
  editor.value = free ? "" : code;
  if (free) editor.placeholder = code;
  const list = new Completions(editor, `${name}-list`);
  const start = element("button", { type: "button", class: "primary", click: () => run() }, "Run");
  const stop = element("button", { type: "button", disabled: true, click: () => post("/api/stop").catch(() => {}) }, "Stop");
  const box = element("div", { class: "cell live" },
    element("label", { for: name, class: "cell-label" }, label),
    element("div", { class: "code-frame" }, editor, list.popup),
    element("div", { class: "cell-bar" }, start, stop,
      element("span", { class: "small" }, "Shift+Enter runs, Ctrl+Space completes")),
    output);

  async function run() {
    const source = editor.value.trim();
    if (!source) return;
    list.close();
    start.disabled = true;
    stop.disabled = false;
    box.setAttribute("aria-busy", "true");
    try {
      const answer = await post("/api/cell", { code: source });
      showOutputs(answer.outputs ?? [], answer.t);
      if (answer.frame) take(answer.frame);
    } catch (problem) {
      showOutputs([{ kind: "error", text: problem.message }], frame?.t);
    }
    box.removeAttribute("aria-busy");
    start.disabled = false;
    stop.disabled = true;
  }

  function showOutputs(outputs, t) {
    const lines = outputs.map(({ kind, text }) => element("pre", { class: `output ${kind}` }, text));
    if (lines.length === 0) lines.push(element("pre", { class: "output" }, "done"));
    output.replaceChildren(element("span", { class: "stamp" }, `t=${t ?? "?"}`), ...lines);
  }

  editor.addEventListener("keydown", (event) => {
    if (list.heard(event)) return;
    if (event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      run();
    } else if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      list.ask();
    }
  });
  requestAnimationFrame(() => fit(editor));
  return box;
}

function fit(editor) {
  editor.rows = Math.min(16, Math.max(1, editor.value.split("\n").length));
}

/** What could stand at the cursor: a list to walk with the arrow keys. */
class Completions {
  constructor(editor, id) {
    this.editor = editor;
    this.popup = element("ul", { id, class: "completions", role: "listbox", "aria-label": "Completions", hidden: true });
    this.items = [];
    editor.addEventListener("blur", () => this.close());
  }

  async ask() {
    const { value, selectionStart: cursor } = this.editor;
    try {
      const { anchor, items } = await post("/api/complete", { code: value, cursor });
      this.open(anchor, items.map((item) => (typeof item === "string" ? item : item.text)));
    } catch {
      this.close();
    }
  }

  open(anchor, items) {
    this.anchor = anchor;
    this.items = items;
    this.at = 0;
    if (items.length === 0) return this.close();
    if (items.length === 1) return this.put(items[0]);
    this.popup.replaceChildren(...items.map((item, index) => element("li", {
      role: "option", id: `${this.popup.id}-${index}`,
      mousedown: (event) => { event.preventDefault(); this.put(item); },
    }, item)));
    this.popup.hidden = false;
    this.editor.setAttribute("aria-expanded", "true");
    this.point();
  }

  point() {
    [...this.popup.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === this.at)));
    this.popup.children[this.at].scrollIntoView({ block: "nearest" });
    this.editor.setAttribute("aria-activedescendant", `${this.popup.id}-${this.at}`);
  }

  put(item) {
    const end = this.editor.selectionStart;
    this.editor.setRangeText(item, this.anchor, end, "end");
    this.close();
  }

  close() {
    this.popup.hidden = true;
    this.editor.setAttribute("aria-expanded", "false");
    this.editor.removeAttribute("aria-activedescendant");
  }

  /** Whether the list took the key for itself. */
  heard(event) {
    if (this.popup.hidden) return false;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) {
      this.at = (this.at + moves[event.key] + this.items.length) % this.items.length;
      this.point();
    } else if (event.key === "Enter" || event.key === "Tab") {
      this.put(this.items[this.at]);
    } else if (event.key === "Escape") {
      this.close();
    } else {
      this.close();
      return false;
    }
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}
