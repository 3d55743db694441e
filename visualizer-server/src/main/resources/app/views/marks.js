// Marks along an axis of time, for those who do not use a mouse: the drawing is one stop of the Tab key,
// the arrow keys go from mark to mark, what a mark says stands below it, and Enter goes to its event.

import { element, say } from "../dom.js";
import { time } from "../machine.js";

const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };

export class MarkWalk {
  constructor(drawing) {
    this.rows = [];
    this.chosen = null;
    this.told = element("p", { class: "mark-told", role: "status" });
    drawing.setAttribute("tabindex", "0");
    drawing.setAttribute("aria-keyshortcuts", "ArrowLeft ArrowRight ArrowUp ArrowDown Enter");
    drawing.addEventListener("keydown", (event) => this.press(event));
  }

  /** Takes the marks anew: rows of `{ node, words, seq, nanos }`, in the order of time. */
  take(rows) {
    this.rows = rows;
    const same = this.chosen && rows[this.chosen.row]?.find((mark) => mark.words === this.chosen.words);
    for (const [row, marks] of rows.entries()) {
      for (const mark of marks) {
        mark.row = row;
        mark.node.addEventListener("click", () => this.choose(mark, true));
      }
    }
    this.choose(same ?? null, false);
  }

  press(event) {
    if (event.key === "Enter" && this.chosen) {
      event.preventDefault();
      event.stopPropagation();
      this.go();
      return;
    }
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const next = this.next(step);
    if (next) this.choose(next, false);
  }

  next([down, on]) {
    const filled = this.rows.filter((marks) => marks.length > 0);
    if (filled.length === 0) return null;
    if (!this.chosen) return filled[0].at(-1);
    const here = filled.findIndex((marks) => marks.includes(this.chosen));
    if (down === 0) {
      const marks = filled[Math.max(0, here)];
      return marks[Math.min(marks.length - 1, Math.max(0, marks.indexOf(this.chosen) + on))];
    }
    const marks = filled[Math.min(filled.length - 1, Math.max(0, here + down))];
    const far = (mark) => Math.abs(mark.nanos - this.chosen.nanos);
    return marks.reduce((best, mark) => (far(mark) < far(best) ? mark : best), marks[0]);
  }

  choose(mark, goes) {
    this.chosen?.node.classList.remove("chosen");
    this.chosen = mark;
    mark?.node.classList.add("chosen");
    say(this.told, mark ? `${mark.words}${mark.seq > 0 ? ` · Enter goes to event ${mark.seq}` : ""}` : "");
    if (goes) this.go();
  }

  go() {
    if (this.chosen?.seq > 0) time({ do: "seek", t: this.chosen.seq });
  }
}
