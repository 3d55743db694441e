// A disk's ring: one place for each slot. A filled place holds a request that waits for its response, an
// outlined one a response, a faint one has not been used. Three hands: requests published, requests
// taken by the back-end, responses published.

import { element, grouped, say, shape } from "../dom.js";

const SIZE = 330;
const MIDDLE = SIZE / 2;
const OUTER = 112;
const INNER = 88;
const PLACES_MAX = 64;

export class BlockRing {
  constructor(name) {
    this.places = [];
    this.wheel = shape("g");
    this.hands = { reqProd: hand("prod", "req"), reqCons: hand("cons", ""), rspProd: hand("rsp", "rsp") };
    this.count = shape("text", { class: "ring-count", x: MIDDLE, y: MIDDLE + 2, "text-anchor": "middle" });
    this.unit = shape("text", { class: "small-label", x: MIDDLE, y: MIDDLE + 22, "text-anchor": "middle" });
    this.svg = shape("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, class: "ring-picture block-ring", role: "img" },
      this.wheel, ...Object.values(this.hands).map(({ group }) => group), this.count, this.unit);
    this.words = element("p", { class: "small ring-words" });
    this.rows = element("tbody");
    const table = element("div", { class: "block-slots", tabindex: "0", role: "region", "aria-label": `Newest slots of disk ${name}` },
      element("table", { class: "facts" }, element("caption", {}, "The newest slots, the newest first"),
        element("thead", {}, element("tr", {}, ...["index", "holds", "id", "what", "segments"].map((head) => element("th", { scope: "col" }, head)))), this.rows));
    this.box = element("figure", { class: "ring-box disk" }, element("figcaption", {}, `disk ${name}`), this.svg, element("div", {}, this.words, table));
  }

  show(ring, old) {
    const places = Math.min(ring.slots, PLACES_MAX);
    this.draw(places);
    this.places.forEach((place, index) => place.setAttribute("class", `slot ${stateOf(ring, index)}`));
    for (const [name, { group, path, label }] of Object.entries(this.hands)) {
      group.style.display = ring[name] < 0 ? "none" : "";
      const turn = ring[name] % places / places;
      const isInside = name === "rspProd";
      const end = { reqProd: OUTER + 26, reqCons: OUTER + 10, rspProd: INNER - 14 }[name];
      path.setAttribute("d", `M${point(turn, isInside ? OUTER : INNER)} L${point(turn, end)}`);
      const [x, y] = point(turn, isInside ? end - 16 : end + 10).split(" ");
      label.setAttribute("x", Math.min(SIZE - 24, Math.max(24, Number(x))));
      label.setAttribute("y", Number(y) + 4);
    }
    say(this.count, ring.sound ? grouped(ring.inFlight) : "?");
    say(this.unit, ring.sound ? "in flight" : "impossible");
    this.box.classList.toggle("changed", Boolean(old) && (old.reqProd !== ring.reqProd || old.rspProd !== ring.rspProd || old.reqCons !== ring.reqCons));
    const taken = ring.reqCons < 0 ? "unknown" : grouped(ring.reqCons);
    say(this.words, `${ring.slots} slots · requests ${grouped(ring.reqProd)}${was(old, ring, "reqProd")} · taken ${taken} · responses ${grouped(ring.rspProd)}${was(old, ring, "rspProd")}`
      + ` · wake the back-end at ${grouped(ring.reqEvent)}, the guest at ${grouped(ring.rspEvent)} · mfn ${ring.mfns.join(", ")}`);
    this.rows.replaceChildren(...[...ring.newest].reverse().map((slot) => element("tr", { class: slot.isRequest ? "waiting" : "" },
      ...[grouped(slot.index), slot.isRequest ? "request" : "response", slot.id, slot.words, slot.segments.join(", ")].map((cell) => element("td", {}, String(cell))))));
    this.svg.setAttribute("aria-label", `${ring.inFlight} requests of the disk are in flight; ${ring.reqProd} requests and ${ring.rspProd} responses were published`);
  }

  draw(count) {
    if (this.places.length === count) return;
    this.places = Array.from({ length: count }, (_, index) => {
      const from = (index + 0.08) / count;
      const to = (index + 0.92) / count;
      return shape("path", { d: `M${point(from, INNER)} L${point(from, OUTER)} A${OUTER} ${OUTER} 0 0 1 ${point(to, OUTER)} L${point(to, INNER)} A${INNER} ${INNER} 0 0 0 ${point(from, INNER)} Z` });
    });
    this.wheel.replaceChildren(...this.places);
  }
}

function hand(name, words) {
  const path = shape("path", { class: `hand ${name}` });
  const label = shape("text", { class: "small-label hand-label", "text-anchor": "middle" }, words);
  return { group: shape("g", {}, path, label), path, label };
}

/** What the slot at a place holds: that of the newest index which fell on it. */
function stateOf(ring, place) {
  if (!ring.sound) return "unused";
  const back = ((ring.reqProd - 1 - place) % ring.slots + ring.slots) % ring.slots;
  const index = ring.reqProd - 1 - back;
  if (index < 0) return "unused";
  if (index >= ring.rspProd) return ring.reqCons >= 0 && index >= ring.reqCons ? "request waits" : "request";
  return "response";
}

const was = (old, now, name) => (old && old[name] !== now[name] ? ` (was ${grouped(old[name])})` : "");

function point(turn, radius) {
  const angle = turn * 2 * Math.PI - Math.PI / 2;
  return `${(MIDDLE + radius * Math.cos(angle)).toFixed(1)} ${(MIDDLE + radius * Math.sin(angle)).toFixed(1)}`;
}
