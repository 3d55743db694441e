// The rings: a true ring for each, with hands. The producer's hand runs ahead, the arc between the hands
// is what waits; the indices run freely, the place is the index modulo the size. A disk's ring is in
// blockring.js.

import { element, grouped, say, shape } from "../dom.js";
import { textTwin } from "../views.js";
import { BlockRing } from "./blockring.js";
import { domainSelect } from "./choices.js";

const SIZE = 190;
const MIDDLE = SIZE / 2;
const RADIUS = 66;

export class RingsView {
  constructor(ask) {
    const { twin, tell } = textTwin();
    this.twin = twin;
    this.tell = tell;
    this.choices = element("span", { class: "choices" }, domainSelect((domain) => ask({ domain })));
    this.picture = element("div", { class: "rings" });
    this.rings = new Map();
  }

  show(data, frame, old) {
    this.tell(data.text);
    const names = data.rings.map((ring) => ring.name);
    for (const ring of data.rings) {
      if (!this.rings.has(ring.name)) {
        this.rings.set(ring.name, new Ring(ring.name));
        this.picture.append(this.rings.get(ring.name).box);
      }
      this.rings.get(ring.name).show(ring, old?.rings.find((one) => one.name === ring.name));
    }
    for (const disk of data.disks) {
      if (!this.rings.has(disk.name)) {
        this.rings.set(disk.name, new BlockRing(disk.name));
        this.picture.append(this.rings.get(disk.name).box);
      }
      this.rings.get(disk.name).show(disk, old?.disks.find((one) => one.name === disk.name));
      names.push(disk.name);
    }
    for (const [name, ring] of this.rings) ring.box.hidden = !names.includes(name);
  }
}

class Ring {
  constructor(name) {
    this.arc = shape("path", { class: "ring-filled" });
    this.prod = shape("path", { class: "hand prod" });
    this.cons = shape("path", { class: "hand cons" });
    this.count = shape("text", { class: "ring-count", x: MIDDLE, y: MIDDLE + 2, "text-anchor": "middle" });
    this.unit = shape("text", { class: "small-label", x: MIDDLE, y: MIDDLE + 20, "text-anchor": "middle" });
    this.svg = shape("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, class: "ring-picture", role: "img" },
      shape("circle", { class: "ring-track", cx: MIDDLE, cy: MIDDLE, r: RADIUS }), this.arc, this.cons, this.prod, this.count, this.unit);
    this.words = element("p", { class: "small ring-words" });
    this.recent = element("p", { class: "ring-recent" });
    this.box = element("figure", { class: "ring-box" }, element("figcaption", {}, name), this.svg, this.words, this.recent);
  }

  show(ring, old) {
    const place = (index) => index % ring.bytes / ring.bytes;
    this.prod.setAttribute("d", hand(place(ring.prod), RADIUS - 26, RADIUS + 16));
    this.cons.setAttribute("d", hand(place(ring.cons), RADIUS - 26, RADIUS + 8));
    this.arc.setAttribute("d", arc(place(ring.cons), Math.min(1, ring.filled / ring.bytes)));
    say(this.count, ring.sound ? grouped(ring.filled) : "?");
    say(this.unit, ring.sound ? `of ${grouped(ring.bytes)} bytes` : "impossible");
    this.box.classList.toggle("changed", Boolean(old) && (old.prod !== ring.prod || old.cons !== ring.cons));
    say(this.words, `${ring.producer} writes · prod ${grouped(ring.prod)}${was(old, ring, "prod")} · cons ${grouped(ring.cons)}${was(old, ring, "cons")} · mfn ${ring.mfn}`);
    say(this.recent, ring.recent ? `…${ring.recent}` : "nothing yet");
    this.svg.setAttribute("aria-label", `${ring.filled} bytes wait in the ring ${this.box.firstChild.textContent}; producer ${ring.prod}, consumer ${ring.cons}`);
  }
}

const was = (old, now, name) => (old && old[name] !== now[name] ? ` (was ${grouped(old[name])})` : "");

function point(turn, radius) {
  const angle = turn * 2 * Math.PI - Math.PI / 2;
  return `${(MIDDLE + radius * Math.cos(angle)).toFixed(1)} ${(MIDDLE + radius * Math.sin(angle)).toFixed(1)}`;
}

const hand = (turn, from, to) => `M${point(turn, from)} L${point(turn, to)}`;

function arc(from, share) {
  if (share <= 0) return "";
  const to = from + Math.min(share, 0.9999);
  return `M${point(from, RADIUS)} A${RADIUS} ${RADIUS} 0 ${share > 0.5 ? 1 : 0} 1 ${point(to, RADIUS)}`;
}
