// The picture twice: the view of the bench, and the same view of the reference's lane. What differs
// between the two is outlined in both; as text, the lines that differ are marked.

import { element, grouped, say } from "./dom.js";
import { inLane } from "./machine.js";

/** Marks that a view sets because of the step before, which say nothing about the moment itself. */
const FLEETING = new Set(["changed", "new", "busy", "differs"]);
const GEOMETRY = ["d", "x", "y", "width", "height", "transform", "cx", "cy"];
const PASSED_OVER = "title, desc, defs, del, .old, .hidden-words, .mark";

/** Views of the reference's lane, each made when it is first wanted. */
export class SecondLane {
  constructor() {
    this.made = new Map();
    this.mine = element("figcaption");
    this.caption = element("figcaption");
    this.place = element("div", { inert: true });
    this.figure = element("figure", { class: "lane" }, this.caption, this.place);
    this.twin = element("pre", { class: "twin lane-twin", tabindex: "0", "aria-label": "Both lanes as text; what differs is marked" });
  }

  /** Shows the lane beside `mine`, the view of the bench; answers whether there is something to show. */
  show(kind, mine, key, now) {
    const there = now.lanes?.there;
    const frame = there && { ...now, ...there, running: false, event: null };
    const data = key ? frame?.views?.[key] : null;
    if (!there || !kind.beside || (kind.live && (!data || data.absent))) return false;
    const { made: view, tell } = this.view(kind);
    this.place.replaceChildren(view.picture);
    tell(frame, null);
    if (kind.live) view.show(data, frame, null);
    view.picture.style.display = "";
    const at = now.lanes.first && now.t >= now.lanes.first.seq ? "≠ " : "= ";
    say(this.mine, `${at}${now.lanes.mine} · event ${grouped(now.t)}: ${now.sentence}`);
    say(this.caption, `${at}the reference · event ${grouped(there.t)}: ${there.sentence}`);
    outline(mine.picture, view.picture);
    mine.differ?.(now.views?.[key], data);
    this.tellBoth(key ? now.views[key].text : now.events.text, key ? data.text : there.events.text);
    return true;
  }

  view(kind) {
    if (!this.made.has(kind.name)) this.made.set(kind.name, inLane(() => kind.make(() => {})));
    return this.made.get(kind.name);
  }

  tellBoth(mine, reference) {
    const [left, right] = [mine ?? "", reference ?? ""].map((text) => text.split("\n"));
    const rows = [];
    for (let i = 0; i < Math.max(left.length, right.length); i++) {
      if (left[i] === right[i]) rows.push(`  ${left[i]}\n`);
      else {
        if (left[i] !== undefined) rows.push(element("mark", {}, `− ${left[i]}`), "\n");
        if (right[i] !== undefined) rows.push(element("mark", {}, `+ ${right[i]}`), "\n");
      }
    }
    this.twin.replaceChildren("− yours, + the reference\n\n", ...rows);
  }
}

/** Takes all outlines away. */
export function unmark(picture) {
  for (const node of picture.querySelectorAll(".differs")) node.classList.remove("differs");
}

/** Outlines in both pictures what differs. They were drawn by the same code, so that the same thing has the
    same place in both trees. */
function outline(one, other) {
  unmark(one);
  unmark(other);
  walk(one, other);
}

function walk(one, other) {
  if (one.matches(PASSED_OVER)) return;
  if (isOther(one, other)) {
    for (const node of [one, other]) node.classList.add("differs");
    return;
  }
  const [left, right] = [one, other].map((node) => [...node.children].filter((child) => !child.matches(PASSED_OVER)));
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    if (left[i] && right[i]) walk(left[i], right[i]);
    else (left[i] ?? right[i]).classList.add("differs");
  }
}

function isOther(one, other) {
  if (one.tagName !== other.tagName || lasting(one) !== lasting(other)) return true;
  if (GEOMETRY.some((name) => one.getAttribute(name) !== other.getAttribute(name))) return true;
  return ownText(one) !== ownText(other);
}

const lasting = (node) => [...node.classList].filter((name) => !FLEETING.has(name)).sort().join(" ");

const ownText = (node) => [...node.childNodes].filter((child) => child.nodeType === Node.TEXT_NODE).map((child) => child.data.trim()).join(" ");
