// The translator: which guest code is hot, and what it has become. A map of heat, a table of the
// hottest regions, and one region to be read. What one can do to it changes its speed and nothing else.

import { button, element, grouped, say, scrollable } from "../dom.js";
import { report } from "../machine.js";
import { textTwin } from "../views.js";
import { wordSelect } from "./choices.js";
import { HeatMap } from "./heat.js";
import { RegionBox } from "./region.js";

const PATIENCE = [1, 10, 100, 1000, 10_000].map((times) => [String(times), `translate after ${grouped(times)}`]);
const ROWS = 8;
const HEADS = ["region", "of", "begins at", "size", "instructions", "bytecode", "entered", "executed"];

export class TranslatorView {
  constructor(ask) {
    this.ask = ask;
    const { twin, tell } = textTwin();
    this.twin = twin;
    this.tell = tell;
    this.engine = button("Interpret all", "Interpret all, or translate again", () => this.order({ do: this.data?.total.isResting ? "translate" : "interpret" }),
      { "aria-pressed": "false" });
    this.forget = button("Forget this region", "Forget the region that is shown", () => this.order({ do: "forget", region: this.data?.chosen?.row.region ?? 0 }));
    this.cover = button("Guess first", "Cover the bytecode, to guess first", () => this.toggleCover(), { "aria-pressed": "false" });
    this.patience = wordSelect("Translate a block", PATIENCE, (times) => this.order({ do: "patience", times: Number(times) }));
    this.choices = element("span", { class: "choices" },
      this.patience, this.engine, this.forget, button("Hottest", "Show the hottest region", () => this.look({})), this.cover);
    this.words = element("p", { class: "heat-words", "aria-live": "polite" });
    this.map = new HeatMap((vaddr) => this.look({ at: `0x${vaddr}` }));
    this.region = new RegionBox((vaddr) => this.look({ at: `0x${vaddr}`, region: this.data?.chosen?.row.region }));
    this.picture = element("div", { class: "heat", role: "group", "aria-label": "The translator" },
      this.words, this.flow(), this.map.whole,
      element("p", { class: "small" }, "A row is a page of guest code, a bar 64 bytes. Each step of height is eight times the heat; hue is the owner. ",
        "Click, or walk with the arrow keys."),
      this.hotTable(), this.region.whole);
  }

  look(focus) {
    this.focus = focus;
    this.ask(focus);
  }

  async order(body) {
    await report("/api/translator", body);
  }

  toggleCover() {
    this.isCovered = !this.isCovered;
    this.cover.setAttribute("aria-pressed", String(this.isCovered));
    this.region.cover(this.isCovered);
    if (this.data) this.showRegion(this.data);
  }

  /** Three boxes: what the guest has, what became of it, who executes it. */
  flow() {
    this.boxes = ["guest code", "bytecode", "executed in regions"].map((title) => ({ title, value: element("b") }));
    return element("ol", { class: "heat-flow", "aria-label": "From guest code to bytecode" },
      ...this.boxes.map(({ title, value }) => element("li", {}, element("span", {}, title), value)));
  }

  /** As many rows as there can be: they stay where they are, and their text changes. */
  hotTable() {
    this.rows = Array.from({ length: ROWS }, () => {
      const cells = HEADS.map(() => element("td"));
      const go = element("button", { type: "button", class: "link" });
      const row = { whole: element("tr", { hidden: true }, ...cells), cells, go, data: null };
      go.addEventListener("click", () => this.look({ at: `0x${row.data.vaddr}`, region: row.data.region }));
      cells[0].append(go);
      return row;
    });
    return scrollable(element("div", { class: "heat-table" }, element("table", { class: "facts" }, element("caption", {}, "The hottest regions"),
      element("thead", {}, element("tr", {}, ...HEADS.map((head) => element("th", { scope: "col" }, head)))),
      element("tbody", {}, ...this.rows.map((row) => row.whole)))), "Hottest regions");
  }

  show(data, now, old) {
    this.data = data;
    this.tell(data.text);
    const share = data.total.retired > 0 ? data.total.executed / data.total.retired * 100 : 0;
    [`${grouped(data.instructions)} instructions in ${grouped(data.regions)} regions`, `${grouped(data.codeBytes)} bytes`, `${share.toFixed(1)} % of all so far`]
      .forEach((text, index) => say(this.boxes[index].value, text));
    if (document.activeElement !== this.patience) this.patience.value = String(data.total.patience);
    this.engine.setAttribute("aria-pressed", String(data.total.isResting));
    this.forget.disabled = !data.chosen;
    this.map.show(data.pages, data.cooler, data.chosen ? data.chosen.blocks[data.chosen.block].vaddr : null);
    this.rows.forEach((row, index) => fillRow(row, data.hottest[index], data.chosen));
    this.showRegion(data);
    this.speak(data, now, old);
  }

  /** While it runs the sentence changes once a second, and no reader is told. */
  speak(data, now, old) {
    const isRunning = Boolean(now?.running);
    if (isRunning && performance.now() - (this.spoken ?? -1000) < 1000) return;
    this.spoken = performance.now();
    this.words.setAttribute("aria-live", isRunning ? "off" : "polite");
    say(this.words, sentence(data, old));
  }

  showRegion(data) {
    this.region.show(data.chosen, this.focus?.at
      ? `No region in use holds ${this.focus.at}: its code is interpreted, until it has been executed ${grouped(data.total.patience)} times.`
      : "There is no region yet. Let the guest run.");
  }
}

function fillRow(row, data, chosen) {
  row.data = data;
  row.whole.hidden = !data;
  if (!data) return;
  row.whole.classList.toggle("chosen", chosen?.row.region === data.region);
  say(row.go, String(data.region));
  [`d${data.owner}`, data.vaddr, data.large ? "large" : "small", grouped(data.instructions), grouped(data.codeBytes), grouped(data.entered), grouped(data.executed)]
    .forEach((text, index) => say(row.cells[index + 1], text));
}

/** One sentence for a step: who has executed the instructions since the last moment. */
function sentence(data, old) {
  const { isResting, retired, executed, patience } = data.total;
  if (isResting) return "The translator rests: all code is interpreted. The guest cannot tell, except that its day is longer by your clock.";
  const all = old ? retired - old.total.retired : 0;
  const made = old ? data.total.made - old.total.made : 0;
  const more = made > 0 ? ` ${grouped(made)} region${made === 1 ? " was" : "s were"} made meanwhile.` : "";
  if (all > 0) {
    const inRegions = Math.min(all, executed - old.total.executed);
    return `Of the last ${grouped(all)} instructions ${grouped(inRegions)} ran in regions, the others one by one in the interpreter.${more}`;
  }
  if (data.regions === 0) return `Nothing is translated yet: no block has been executed ${grouped(patience)} times.`;
  return `${grouped(data.regions)} regions hold ${grouped(data.instructions)} instructions of the guest, as ${grouped(data.codeBytes)} bytes of bytecode.`;
}
