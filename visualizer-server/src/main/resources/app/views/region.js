// One region to be read: its blocks, and in the open one each instruction of the guest with the
// bytecode that it has become; below, where the region has ended since somebody first looked at it.

import { element, grouped, ownerClass, say } from "../dom.js";

const ENDS = {
  elsewhere: (end) => (end.region > 0 ? `went on at ${end.vaddr}, in region ${end.region}` : `went on at ${end.vaddr}, which no region holds`),
  computed: (end) => `the computed jump at ${end.vaddr} led out`,
  stopped: (end) => `stopped before ${end.vaddr}: the budget was spent`,
  fault: (end) => `gave up before ${end.vaddr}: a fault, or the code had changed`,
};

export class RegionBox {
  /** `open` is told the address of the block that is to be opened. */
  constructor(open) {
    this.open = open;
    this.isCovered = false;
    this.title = element("h3");
    this.absent = element("p", { class: "absent" });
    this.blocks = element("ol", { class: "region-blocks", "aria-label": "Blocks" });
    this.ends = element("ul", { class: "region-ends", "aria-label": "Where it has ended" });
    this.endsTitle = element("h4", {}, "Where it has ended, since it was first looked at");
    this.whole = element("section", { class: "region", "aria-label": "A region", tabindex: "0" },
      this.title, this.absent, this.blocks, this.endsTitle, this.ends);
  }

  show(chosen, absent) {
    this.absent.hidden = Boolean(chosen);
    this.title.hidden = this.blocks.hidden = this.endsTitle.hidden = this.ends.hidden = !chosen;
    if (!chosen) {
      say(this.absent, absent);
      this.seen = null;
      return;
    }
    const { row, blocks, block, lines, ends } = chosen;
    this.whole.className = `region ${ownerClass(row.owner)}`;
    say(this.title, `Region ${row.region}, ${row.large ? "large" : "small"}: ${row.instructions} instructions became ${grouped(row.codeBytes)} bytes of `
      + `bytecode. Entered ${times(row.entered)}, executed ${grouped(row.executed)} instructions`);
    const seen = `${row.region} ${block}`;
    if (seen !== this.seen) {
      this.seen = seen;
      this.blocks.replaceChildren(...blocks.map((one, index) => this.block(one, index === block ? lines : null)));
      this.whole.scrollTop = block === 0 ? 0 : this.blocks.children[block].offsetTop - this.whole.offsetTop;
    }
    this.showEnds(ends);
  }

  showEnds(ends) {
    const words = ends.map((end) => `${times(end.count)} ${ENDS[end.reason]?.(end) ?? end.reason}`);
    if (words.length === 0) words.push("Not yet: let it run.");
    while (this.ends.children.length > words.length) this.ends.lastChild.remove();
    while (this.ends.children.length < words.length) this.ends.append(element("li"));
    words.forEach((text, index) => say(this.ends.children[index], text));
  }

  block(block, lines) {
    const marks = [block.entry ? "can be entered" : "", block.checked ? "looks at the budget" : ""].filter(Boolean).join(", ");
    return element("li", { class: lines ? "open" : "" },
      element("button", { type: "button", class: "link", "aria-expanded": String(Boolean(lines)), click: () => this.open(block.vaddr) }, block.vaddr),
      element("span", { class: "region-marks" }, ` ${block.instructions} instruction${block.instructions === 1 ? "" : "s"}${marks ? `, ${marks}` : ""}`),
      lines ? this.listing(lines) : null,
      element("p", { class: "region-ways" }, block.ways.length === 0 ? "on by a computed address" : "on to ",
        ...block.ways.map((way) => element("span", { class: way.inside ? "inside" : "outside" }, `${way.vaddr}${way.inside ? "" : " (out)"} `))));
  }

  listing(lines) {
    return element("table", { class: "facts region-lines" },
      element("caption", { class: "hidden-words" }, "Guest instructions and their bytecode"),
      element("thead", {}, element("tr", {}, ...["guest", "bytecode"].map((head) => element("th", { scope: "col" }, head)))),
      element("tbody", {}, ...lines.map((line) => element("tr", {},
        element("th", { scope: "row" }, element("span", { class: "region-words" }, line.words), element("span", { class: "region-bytes" }, line.bytes)),
        element("td", {}, this.bytecode(line.bytecode))))));
  }

  bytecode(code) {
    const count = element("summary", {}, this.isCovered ? "How many of the JVM's?" : counted(code));
    const fold = element("details", { open: !this.isCovered, toggle: () => { if (fold.open) say(count, counted(code)); } },
      count, element("pre", {}, code.join("\n")));
    return fold;
  }

  /** Covers the bytecode, so that one can guess first; or uncovers all of it. */
  cover(isCovered) {
    this.isCovered = isCovered;
    this.seen = null;
  }
}

const times = (count) => (count === 1 ? "once" : `${grouped(count)} times`);
const counted = (code) => (code.length === 0 ? "nothing: nobody sees what it does" : `${code.length} of the JVM's`);
