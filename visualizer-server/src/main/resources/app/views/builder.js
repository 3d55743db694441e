// The domain builder: a domain's memory as it was laid, brick by brick, and how far the guest has come.
// Building takes no virtual time, so the clock cannot stop in it; the buttons here lay it once more.

import { button, element, ownerClass, say, shape } from "../dom.js";
import { textTwin } from "../views.js";
import { domainSelect } from "./choices.js";

const WALL = { width: 34, height: 320 };

export class BuilderView {
  constructor(ask) {
    const { twin, tell } = textTwin();
    this.twin = twin;
    this.tell = tell;
    this.choices = element("span", { class: "choices" }, domainSelect((domain) => ask({ domain })));
    this.words = element("p", { class: "small" });
    this.scale = shape("svg", { class: "brick-scale", role: "img", viewBox: `0 0 ${WALL.width} ${WALL.height}`, width: WALL.width, height: WALL.height },
      shape("title", {}, "Memory, not laid out yet"));
    this.rows = element("ol", { class: "brick-rows", tabindex: "0", "aria-label": "Pieces of memory, by frame number" });
    this.told = element("p", { class: "brick-told", role: "status" });
    this.line = element("ol", { class: "milestones", "aria-label": "How far the guest has come" });
    this.laid = Infinity;
    const one = button("◀", "One brick back", () => this.lay(Math.min(this.laid, this.steps()) - 1));
    const next = button("▶", "Lay the next brick", () => this.lay(this.laid >= this.steps() ? 1 : this.laid + 1));
    const all = element("button", { type: "button", click: () => this.lay(Infinity) }, "All of it");
    this.picture = element("div", { class: "builder" }, this.words,
      element("p", { class: "brick-buttons" }, "Lay it again: ", one, next, all), this.told,
      element("div", { class: "brick-wall" }, this.scale, this.rows), this.line);
  }

  steps() {
    return Math.max(0, ...(this.data?.bricks ?? []).map((brick) => brick.step));
  }

  lay(step) {
    this.laid = step >= this.steps() ? Infinity : Math.max(0, step);
    this.draw();
  }

  show(data, frame, old) {
    if (this.data && this.data.domain !== data.domain) this.laid = Infinity;
    this.tell(data.text);
    this.before = old && old.domain === data.domain ? old : null;
    this.data = data;
    if (data.text !== this.shown || this.before?.text !== this.shownBefore) this.draw();
    this.shown = data.text;
    this.shownBefore = this.before?.text;
  }

  draw() {
    const { data } = this;
    if (!data) return;
    say(this.words, `d${data.domain} ${data.name}: ${data.words}`);
    const last = data.bricks.find((brick) => brick.step === this.laid);
    say(this.told, last ? `Step ${last.step} of ${this.steps()}: ${last.name}, ${last.frames === 1 ? "one frame" : `${last.frames} frames`} from pfn ${last.pfns.split("–")[0]} on: ${last.how}.`
      : this.laid === 0 ? "The domain has frames, and nothing in them." : "");
    this.picture.classList.toggle(ownerClass(data.domain), true);
    this.rows.replaceChildren(...data.bricks.map((brick) => this.row(brick)));
    this.drawScale();
    this.line.replaceChildren(...(this.laid === Infinity ? data.milestones : []).map((one) => this.milestone(one)));
  }

  row(brick) {
    const laid = brick.step <= this.laid;
    const was = this.before?.bricks.find((one) => one.first === brick.first && one.name === brick.name);
    const changed = was && was.now !== brick.now;
    return element("li", { class: `brick ${brick.kind} ${laid ? "laid" : "unlaid"}${brick.step === this.laid ? " current" : ""}${changed ? " changed" : ""}` },
      element("span", { class: "brick-step" }, brick.step ? `${brick.step}` : ""),
      element("span", { class: "brick-pfns" }, `pfn ${brick.pfns}`),
      element("span", { class: "brick-name" }, brick.name),
      element("span", { class: "brick-seen" }, laid ? (brick.seen ? `seen at ${brick.seen}` : "not mapped") : ""),
      element("span", { class: "brick-now" }, laid ? (brick.now || brick.how) : "not laid yet"));
  }

  /** The same to scale: how much of the domain's memory each piece takes. */
  drawScale() {
    const { bricks, pages } = this.data;
    const y = (pfn) => pages ? pfn / pages * WALL.height : 0;
    this.scale.replaceChildren(shape("title", {}, `The ${pages} frames of the domain to scale, frame 0 on top`),
      shape("rect", { class: "brick-all", x: 1, y: 0.5, width: WALL.width - 2, height: WALL.height - 1 }),
      ...bricks.filter((brick) => brick.step && brick.step <= this.laid).map((brick) => shape("rect", {
        class: `brick-part${brick.step === this.laid ? " current" : ""}`, x: 4, width: WALL.width - 8, y: y(brick.first).toFixed(2),
        height: Math.max(1.5, y(brick.frames)).toFixed(2),
      })));
  }

  milestone(one) {
    const was = this.before?.milestones.find((other) => other.name === one.name);
    const changed = was && was.isReached !== one.isReached;
    return element("li", { class: `milestone ${one.isReached ? "reached" : "ahead"}${changed ? " changed" : ""}` },
      element("span", { role: "img", "aria-label": one.isReached ? "reached:" : "ahead:" }, one.isReached ? "●" : "○"), " ",
      element("span", {}, one.name),
      one.detail ? element("span", { class: "milestone-detail" }, one.detail) : null);
  }
}
