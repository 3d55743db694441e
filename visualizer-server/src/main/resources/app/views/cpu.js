// One processor at one moment: its registers, old and new; the three floors that it can be on, with the
// way between two of them as a lift that carries its frame; and the tape of instructions around rip.

import { button, element, ownerClass, say, shape } from "../dom.js";
import { time } from "../machine.js";
import { textTwin } from "../views.js";
import { domainSelect, textField } from "./choices.js";

const ORDER = ["rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp",
  "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rip", "rflags"];
const IN_LECTURES = new Set(["rax", "rsp", "rip"]);
const FLAGS = ["CF", "PF", "AF", "ZF", "SF", "OF", "IF", "DF", "TF"];
const FLOORS = [
  { name: "xen", title: "Xen", ring: "ring 0" },
  { name: "kernel", title: "guest kernel", ring: "ring 3, as programs" },
  { name: "user", title: "programs", ring: "ring 3" },
];
const WIDTH = 380;
const FLOOR_HEIGHT = 74;
const GAP = 34;
const SHAFT = 300;

const short = (hex) => String(hex).replace(/^0+(?=.)/, "");

export class CpuView {
  constructor(ask) {
    this.ask = ask;
    this.focus = {};
    this.last = null;
    const { twin, tell } = textTwin();
    this.twin = twin;
    this.tell = tell;
    this.choices = element("span", { class: "choices" },
      domainSelect((domain) => this.look({ domain })),
      textField("vCPU", "vCPU 0", (vcpu) => this.look({ vcpu })),
      button("◂ instruction", "One instruction back", () => time({ do: "back", unit: "instruction", count: 1 })),
      button("instruction ▸", "One instruction on", () => time({ do: "step", unit: "instruction", count: 1 })),
      button("to the next trap ▸", "On to the next trap or hypercall", () => time({ do: "step", unit: "trap", count: 1 })));
    this.words = element("p", { class: "cpu-words", "aria-live": "polite" });
    this.picture = element("div", { class: "cpu-view", role: "group", "aria-label": "A processor", hidden: true },
      this.words, element("div", { class: "cpu-parts" }, this.registerTable(), this.ladder(), this.tapeList()));
  }

  look(more) {
    this.focus = { ...this.focus, ...more };
    this.ask(this.focus);
  }

  registerTable() {
    this.cells = new Map();
    const list = element("dl", { class: "cpu-registers" });
    for (const name of ORDER) {
      const old = element("del");
      const now = element("span");
      const cell = element("div", { class: IN_LECTURES.has(name) ? "" : "detail" },
        element("dt", {}, name), element("dd", {}, old, now));
      this.cells.set(name, { cell, old, now });
      list.append(cell);
    }
    this.flagCells = new Map(FLAGS.map((name) => [name, element("li", {}, name)]));
    return element("section", { "aria-label": "Registers" }, list,
      element("ul", { class: "cpu-flags", "aria-label": "Flags" }, ...this.flagCells.values()));
  }

  /** Three floors, Xen on top, with a shaft on the right; the cabin stands where the processor is. */
  ladder() {
    const height = FLOORS.length * FLOOR_HEIGHT + (FLOORS.length - 1) * GAP + 8;
    this.title = shape("title");
    this.floors = new Map();
    this.svg = shape("svg", { class: "ladder", viewBox: `0 0 ${WIDTH} ${height}`, role: "img" }, this.title);
    FLOORS.forEach((floor, index) => {
      const y = 4 + index * (FLOOR_HEIGHT + GAP);
      const group = shape("g", { class: `floor floor-${floor.name}` },
        shape("rect", { class: "floor-box", x: 4, y, width: SHAFT - 22, height: FLOOR_HEIGHT, rx: 6 }),
        shape("text", { class: "floor-name", x: 20, y: y + 30 }, floor.title),
        shape("text", { class: "small-label", x: 20, y: y + 52 }, floor.ring));
      this.floors.set(floor.name, { group, middle: y + FLOOR_HEIGHT / 2 });
      this.svg.append(group);
    });
    this.shaft = shape("path", { class: "shaft", d: `M${SHAFT + 26} 8 V${height - 8}` });
    this.way = shape("path", { class: "way", d: "" });
    this.cabin = shape("g", { class: "cabin" },
      shape("rect", { x: SHAFT + 4, y: -17, width: 44, height: 34, rx: 5 }),
      shape("text", { x: SHAFT + 26, y: 5, "text-anchor": "middle" }, "CPU"));
    this.svg.append(this.shaft, this.way, this.cabin);
    this.cargoTitle = element("p", { class: "cargo-title" });
    this.cargo = element("table", { class: "facts cargo" });
    return element("section", { "aria-label": "Floors" }, this.svg, this.cargoTitle, this.cargo);
  }

  tapeList() {
    this.tape = element("ol", { class: "tape" });
    return element("section", { "aria-label": "Instructions" }, this.tape);
  }

  show(data, now, old) {
    const before = !now.running && old && old.domain === data.domain && old.vcpu === data.vcpu ? old : null;
    this.tell(data.text);
    this.picture.hidden = false;
    this.picture.className = `cpu-view ${ownerClass(data.domain)}`;
    this.showRegisters(data, before);
    this.showFloor(data);
    this.showTape(data, before);
    const sentence = this.sentence(data, before);
    say(this.words, sentence);
    this.picture.setAttribute("aria-label", `d${data.domain} vCPU ${data.vcpu}: ${sentence}`);
  }

  showRegisters(data, before) {
    for (const [name, { cell, old, now }] of this.cells) {
      const value = data.registers[name];
      const then = before?.registers[name];
      const changed = then !== undefined && then !== value;
      cell.classList.toggle("changed", changed);
      say(old, changed ? short(then) : "");
      say(now, short(value));
    }
    for (const [name, cell] of this.flagCells) {
      const isSet = data.flags.includes(name);
      const changed = before && before.flags.includes(name) !== isSet;
      cell.classList.toggle("set", isSet);
      cell.classList.toggle("changed", Boolean(changed));
      cell.setAttribute("aria-label", `${name} is ${isSet ? "set" : "clear"}${changed ? ", just changed" : ""}`);
    }
  }

  showFloor(data) {
    for (const [name, { group }] of this.floors) group.classList.toggle("here", name === data.floor);
    const at = this.floors.get(data.floor).middle;
    this.cabin.setAttribute("transform", `translate(0 ${at})`);
    const lift = data.lift;
    const from = lift ? this.floors.get(lift.from).middle : at;
    const up = from > at;
    this.way.setAttribute("d", lift && from !== at
      ? `M${SHAFT + 60} ${from} V${at + (up ? 8 : -8)} m-6 ${up ? 8 : -8} l6 ${up ? -10 : 10} l6 ${up ? 10 : -10}` : "");
    const who = FLOORS.find((floor) => floor.name === data.floor).title;
    const state = data.runstate === "running" ? "" : ` The vCPU is ${data.runstate}.`;
    say(this.title, `${lift ? lift.words : `The processor is with ${who}.`}${state}`);
    this.svg.setAttribute("aria-label", this.title.textContent);
    say(this.cargoTitle, lift ? `The lift goes ${up ? "up" : "down"} with` : `No way between floors at this moment.${state}`);
    this.cargo.replaceChildren(...(lift?.cargo ?? []).map((row) => element("tr", {},
      element("th", { scope: "row" }, row.name), element("td", {}, row.value), element("td", { class: "meaning" }, row.meaning))));
  }

  showTape(data, before) {
    const done = before && before.registers.rip !== data.registers.rip ? before.registers.rip : null;
    const lines = data.tape.map((line) => this.line(line, line.address === done));
    const isElsewhere = done && !data.tape.some((line) => line.address === done);
    const from = isElsewhere ? before.tape.find((line) => line.isNext) : null;
    if (from) lines.unshift(this.line({ ...from, isNext: false }, true), element("li", { class: "jumped", "aria-hidden": "true" }, "⋮"));
    if (lines.length === 0) lines.push(element("li", { class: "absent" }, "The code at rip cannot be read."));
    this.tape.replaceChildren(...lines);
  }

  line(line, isDone) {
    const state = line.isNext ? "next" : isDone ? "done" : "";
    return element("li", { class: state, "aria-current": line.isNext ? "step" : null },
      element("span", { class: "mark" }, line.isNext ? "▸" : isDone ? "✓" : ""),
      element("span", { class: "address" }, line.address),
      element("span", { class: "words" }, line.words),
      element("span", { class: "bytes" }, line.bytes),
      element("span", { class: "hidden-words" }, line.isNext ? " comes next" : isDone ? " was executed last" : ""));
  }

  /** One sentence for a step, made from what changed. */
  sentence(data, before) {
    if (data.lift) return data.lift.words;
    if (!before || before.registers.rip === data.registers.rip) {
      return data.next ? `Next is ${data.next}.` : "The code at rip cannot be read.";
    }
    const changes = ORDER.filter((name) => name !== "rip" && name !== "rflags" && before.registers[name] !== data.registers[name])
      .map((name) => `${name} went from ${short(before.registers[name])} to ${short(data.registers[name])}`);
    const flags = FLAGS.filter((name) => before.flags.includes(name) !== data.flags.includes(name))
      .map((name) => `${name} is ${data.flags.includes(name) ? "set" : "clear"}`);
    const done = [...changes.slice(0, 4), ...flags].join(", ");
    return `${before.next || "An instruction"}: ${done || "no register and no flag changed"}. Next is ${data.next || "unreadable"}.`;
  }
}
