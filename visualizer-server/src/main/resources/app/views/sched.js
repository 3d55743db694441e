// The scheduler: a track for each vCPU over the last stretch of time. Filled is running, hatched is
// ready and waiting, a thin line is blocked. Now is at the right edge.

import { duration, element, ownerClass, say, shape } from "../dom.js";
import { input, time } from "../machine.js";
import { textTwin } from "../views.js";
import { domainSelect, wordSelect } from "./choices.js";

const WIDTH = 820;
const LEFT = 96;
const RIGHT = 130;
const ROW = 44;
const TOP = 26;
const SPANS = [["1000000", "1 ms"], ["10000000", "10 ms"], ["50000000", "50 ms"], ["1000000000", "1 s"], ["10000000000", "10 s"]];

export class SchedView {
  constructor(ask) {
    const { twin, tell } = textTwin();
    this.twin = twin;
    this.tell = tell;
    const span = wordSelect("Stretch of time", SPANS, (value) => ask({ span: value }));
    span.value = "50000000";
    this.choices = element("span", { class: "choices" }, span);
    this.drawing = shape("svg", { class: "sched", viewBox: `0 0 ${WIDTH} 240`, role: "group", "aria-label": "Tracks of the vCPUs" },
      shape("defs", {}, shape("pattern", { id: "waiting", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
        shape("rect", { class: "waiting-stripe", width: 3, height: 6 }))));
    this.axis = shape("g", { class: "axis" });
    this.tracks = shape("g");
    this.drawing.append(this.axis, this.tracks);
    this.picture = element("div", {}, this.drawing, shareForm());
  }

  show(data) {
    this.tell(data.text);
    const span = Math.max(1, data.toNanos - data.fromNanos);
    const x = (nanos) => LEFT + (Math.max(nanos, data.fromNanos) - data.fromNanos) / span * (WIDTH - LEFT - RIGHT);
    const height = TOP + data.tracks.length * ROW + 24;
    this.drawing.setAttribute("viewBox", `0 0 ${WIDTH} ${Math.max(90, height)}`);
    this.axis.replaceChildren(
      shape("text", { class: "small-label", x: LEFT, y: 14 }, duration(data.fromNanos)),
      shape("text", { class: "small-label", x: WIDTH - RIGHT, y: 14, "text-anchor": "end" }, `now, ${duration(data.toNanos)}`),
      shape("path", { class: "axis-line", d: `M${WIDTH - RIGHT} ${TOP - 6} V${height - 14}` }));
    this.tracks.replaceChildren(...data.tracks.map((track, index) => trackGroup(track, index, x)));
  }
}

/** Another share of the processors for a domain: an input, as `xl sched-credit2 -d -w -c` would give it. */
function shareForm() {
  const domain = domainSelect(() => {});
  const number = (label, value, max) => element("input", { type: "number", "aria-label": label, value, min: label === "Weight" ? 1 : 0, max, size: 5 });
  const weight = number("Weight", 256, 65535);
  const cap = number("Cap in percent, 0 for none", 0, 100);
  return element("form", { class: "share", submit: (event) => {
    event.preventDefault();
    const id = domain.value || domain.options[domain.options.length - 1]?.value;
    input({ kind: "share", domain: Number(id), weight: Number(weight.value), cap: Number(cap.value) });
  } }, domain, element("label", { class: "field" }, "weight", weight), element("label", { class: "field" }, "cap, % of a processor", cap), element("button", {}, "Set weight and cap"));
}

function trackGroup(track, index, x) {
  const y = TOP + index * ROW;
  const share = (state) => ((track.shares[state] ?? 0) / 10).toFixed(1);
  const label = `d${track.domain}v${track.vcpu} ${track.name}: ${track.state}, ran ${share("running")} % of the time, waited ${share("runnable")} %`;
  const parts = track.parts.map((part) => {
    const from = x(part.fromNanos);
    const width = Math.max(0.6, x(part.toNanos) - from);
    const flat = part.state === "blocked" || part.state === "offline";
    return shape("rect", {
      class: `part ${part.state}`, x: from, width, y: flat ? y + 15 : y + 4, height: flat ? 2 : 24,
      click: () => { if (part.seq > 0) time({ do: "seek", t: part.seq }); },
    }, shape("title", {}, `${part.state} from ${duration(part.fromNanos)} to ${duration(part.toNanos)}`));
  });
  return shape("g", { class: `sched-track ${ownerClass(track.domain)}`, role: "img", "aria-label": label },
    shape("text", { class: "track-name", x: 8, y: y + 15 }, `d${track.domain}v${track.vcpu}`),
    shape("text", { class: "small-label", x: 8, y: y + 29 }, track.name.slice(0, 12)),
    ...parts,
    shape("text", { class: "track-name", x: WIDTH - RIGHT + 10, y: y + 15 }, track.state),
    shape("text", { class: "small-label", x: WIDTH - RIGHT + 10, y: y + 29 }, `ran ${share("running")} %`));
}
