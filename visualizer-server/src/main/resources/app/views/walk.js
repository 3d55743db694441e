// The page walk: an address falls apart into fields, each of which picks an entry of one table; at the
// end stands a machine frame, and beside it what the p2m and the m2p say about it.

import { button, element, ownerClass, say, shape } from "../dom.js";
import { input } from "../machine.js";
import { textTwin } from "../views.js";
import { domainSelect, textField, wordSelect } from "./choices.js";

const WIDTH = 820;
const LEVELS = ["L4", "L3", "L2", "L1"];
const COLUMN = 154;
const LEFT = 12;
const FIELDS_Y = 34;
const TABLE_Y = 118;
const TABLE_HEIGHT = 132;
const STRIP_Y = 330;

export class WalkView {
  constructor(ask) {
    this.ask = ask;
    this.focus = {};
    const { twin, tell } = textTwin();
    this.twin = twin;
    this.tell = tell;
    this.address = textField("Virtual address", "stack pointer", (va) => this.look({ va }));
    this.choices = element("span", { class: "choices" },
      domainSelect((domain) => this.look({ domain })),
      this.address,
      button("− page", "One page lower", () => this.move(-4096n)),
      button("+ page", "One page higher", () => this.move(4096n)),
      wordSelect("Access", [["read", "read"], ["write", "write"], ["fetch", "fetch"]], (access) => this.look({ access })),
      wordSelect("Change the L1 entry by a hypercall of the guest", [["", "change the entry…"], ["2", "flip RW"], ["1", "flip P"], ["4", "flip US"]],
        (bit) => this.change(BigInt(bit || 0))));
    this.picture = shape("svg", { class: "walk", viewBox: `0 0 ${WIDTH} 440`, role: "group", "aria-label": "Page walk" });
    this.build();
  }

  look(more) {
    this.focus = { ...this.focus, ...more };
    this.ask(this.focus);
  }

  /** What a guest must ask Xen for: update_va_mapping with one bit of the entry turned. Xen may say no. */
  change(bit) {
    this.choices.lastChild.value = "";
    const leaf = this.data?.levels[3];
    if (!leaf || bit === 0n) return;
    input({ kind: "entry", domain: this.data.domain, vcpu: this.data.vcpu, va: this.data.vaddr, entry: `0x${(BigInt(leaf.entry) ^ bit).toString(16)}` });
  }

  move(distance) {
    const at = BigInt.asUintN(64, BigInt(this.data?.vaddr ?? "0x0") + distance);
    this.address.value = `0x${at.toString(16)}`;
    this.look({ va: this.address.value });
  }

  build() {
    this.fields = ["sign", ...LEVELS, "offset"].map((name, index) => {
      const width = index === 0 ? 84 : index === 5 ? 96 : COLUMN - 14;
      const x = index === 0 ? LEFT : index === 5 ? WIDTH - 108 : LEFT + 92 + (index - 1) * (COLUMN - 2);
      const value = shape("text", { class: "va-value", x: x + width / 2, y: FIELDS_Y + 20, "text-anchor": "middle" });
      this.picture.append(
        shape("text", { class: "small-label", x: x + width / 2, y: FIELDS_Y - 8, "text-anchor": "middle" },
          `${name}${index === 0 ? " 63–48" : index === 5 ? " 11–0" : ` ${47 - (index - 1) * 9}–${39 - (index - 1) * 9}`}`),
        shape("rect", { class: `va-field va-field-${index}`, x, y: FIELDS_Y, width, height: 30, rx: 4 }), value);
      return { x, width, value };
    });
    this.levels = LEVELS.map((name, index) => new LevelBox(this, name, index));
    this.end = shape("g", { class: "walk-end" });
    this.strip = shape("g", { class: "strip" });
    this.picture.append(...this.levels.map((level) => level.group), this.end, this.strip);
  }

  show(data, frame, old) {
    this.data = data;
    this.tell(data.text);
    this.picture.setAttribute("aria-label", `Page walk of ${data.vaddr}: ${data.fault || `machine address ${data.maddr}`}`);
    data.fields.forEach((value, index) => say(this.fields[index].value, `0x${value.toString(16)}`));
    this.levels.forEach((box, index) => box.show(data.levels[index], old?.vaddr === data.vaddr ? old.levels[index] : null));
    this.showEnd(data);
    this.showStrip(data);
  }

  showEnd(data) {
    const words = data.fault || `${data.access} allowed`;
    this.end.replaceChildren(
      shape("rect", { class: data.fault ? "walk-result refused" : "walk-result", x: LEFT, y: STRIP_Y - 56, width: WIDTH - 24, height: 34, rx: 5 }),
      shape("text", { class: "walk-words", x: LEFT + 14, y: STRIP_Y - 34 },
        `${data.fault ? "✘ " : "✔ "}${words}${data.maddr ? ` · machine address ${data.maddr}` : ""}`));
  }

  /** Machine frames on top, the pseudo-physical numbers of the same frames below, one pair a column. */
  showStrip(data) {
    const cell = 78;
    const nodes = [
      shape("text", { class: "small-label", x: LEFT, y: STRIP_Y + 28 }, "machine"),
      shape("text", { class: "small-label", x: LEFT, y: STRIP_Y + 76 }, "pseudo-"),
      shape("text", { class: "small-label", x: LEFT, y: STRIP_Y + 90 }, "physical"),
    ];
    data.strip.forEach((pair, index) => {
      const x = LEFT + 78 + index * (cell + 2);
      const lit = pair.mfn === data.mfn;
      nodes.push(shape("g", { class: `pair ${ownerClass(Math.max(0, pair.owner))}${lit ? " lit" : ""}` },
        shape("rect", { class: "cell-box", x, y: STRIP_Y, width: cell, height: 40, rx: 3 }),
        shape("text", { x: x + cell / 2, y: STRIP_Y + 17, "text-anchor": "middle" }, pair.mfn.replace("0x", "")),
        shape("text", { class: "small-label", x: x + cell / 2, y: STRIP_Y + 32, "text-anchor": "middle" }, pair.type),
        shape("path", { class: "pair-line", d: `M${x + cell / 2} ${STRIP_Y + 40} v18` }),
        shape("rect", { class: "cell-box", x, y: STRIP_Y + 58, width: cell, height: 32, rx: 3 }),
        shape("text", { x: x + cell / 2, y: STRIP_Y + 79, "text-anchor": "middle" }, pair.pfn ? pair.pfn.replace("0x", "") : "—")));
    });
    this.strip.replaceChildren(...nodes);
  }
}

/** One table of the walk: the entry that the index picked, with its bits in words. */
class LevelBox {
  constructor(view, name, index) {
    const field = view.fields[index + 1];
    const x = field.x;
    const width = field.width;
    this.x = x;
    this.table = shape("text", { class: "small-label", x: x + 8, y: TABLE_Y + 18 });
    this.entry = shape("text", { class: "entry", x: x + 8, y: TABLE_Y + 42 });
    this.flags = shape("text", { class: "flags", x: x + 8, y: TABLE_Y + 62 });
    this.box = shape("rect", { class: "table-box", x, y: TABLE_Y, width, height: TABLE_HEIGHT, rx: 5 });
    this.group = shape("g", { class: "level" },
      shape("path", { class: "drop", d: `M${x + width / 2} ${FIELDS_Y + 30} V${TABLE_Y - 8} m-5 -6 l5 7 l5 -7` }),
      index < 3 ? shape("path", { class: "drop", d: `M${x + width} ${TABLE_Y + 38} h10` }) : null,
      this.box, this.table, this.entry, this.flags);
    this.name = name;
  }

  show(level, old) {
    this.group.classList.toggle("absent", !level);
    this.group.classList.toggle("refused", Boolean(level?.refused));
    this.group.classList.toggle("changed", Boolean(level && old && level.entry !== old.entry));
    say(this.table, level ? `${this.name} ${level.table} [${level.index}]` : `${this.name} not reached`);
    say(this.entry, level ? level.entry : "");
    this.flags.replaceChildren(...lines(level?.flags ?? []).map((line, index) =>
      shape("tspan", { x: this.x + 8, dy: index === 0 ? 0 : 15 }, line)));
  }
}

/** Words in lines of at most 22 letters. */
function lines(words) {
  const found = [];
  for (const word of words) {
    if (found.length > 0 && `${found.at(-1)} ${word}`.length <= 22) found[found.length - 1] += ` ${word}`;
    else found.push(word);
  }
  return found;
}
