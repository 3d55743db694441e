// The scheduler: a track for each vCPU over the last stretch of time, its credit below, who waits at which
// processor, and a slider for every weight and cap. Filled is running, hatched is ready and waiting, a thin
// line is blocked. Now is at the right edge.

import { duration, element, ownerClass, say, shape } from "../dom.js";
import { input, report } from "../machine.js";
import { textTwin } from "../views.js";
import { table, wordSelect } from "./choices.js";
import { MarkWalk } from "./marks.js";
import { ShareRows } from "./shares.js";

const WIDTH = 820;
const LEFT = 96;
const RIGHT = 130;
const ROW = 44;
const TOP = 26;
const CREDIT = 104;
const SPANS = [["1000000", "1 ms"], ["10000000", "10 ms"], ["50000000", "50 ms"], ["200000000", "200 ms"], ["1000000000", "1 s"], ["10000000000", "10 s"]];
const WAITS = ["< 1 µs", "< 10 µs", "< 100 µs", "< 1 ms", "< 10 ms", "longer"];

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
    this.credit = shape("g", { class: "credit" });
    this.drawing.append(this.axis, this.tracks, this.credit);
    this.walk = new MarkWalk(this.drawing);
    this.queues = element("ul", { class: "queues", "aria-label": "Processors and who waits for them" });
    this.shares = new ShareRows(keepBusy);
    this.waits = table("How often a vCPU waited so long for a processor, from ready to running", ["vCPU", ...WAITS]);
    this.picture = element("div", { class: "sched-view" }, element("div", { class: "strip-frame" }, this.drawing), this.walk.told, this.queues, this.shares.whole,
      element("div", { class: "experiments" }, element("button", { type: "button", click: () => input({ kind: "guest" }) }, "One guest more")),
      element("details", { class: "time-more" }, element("summary", {}, "How long they waited"), this.waits.whole));
  }

  show(data) {
    this.tell(data.text);
    const span = Math.max(1, data.toNanos - data.fromNanos);
    const x = (nanos) => LEFT + (Math.max(nanos, data.fromNanos) - data.fromNanos) / span * (WIDTH - LEFT - RIGHT);
    const floor = TOP + data.tracks.length * ROW;
    const height = floor + CREDIT + 24;
    this.drawing.setAttribute("viewBox", `0 0 ${WIDTH} ${height}`);
    this.axis.replaceChildren(
      shape("text", { class: "small-label", x: LEFT, y: 14 }, duration(data.fromNanos)),
      shape("text", { class: "small-label", x: WIDTH - RIGHT, y: 14, "text-anchor": "end" }, `now, ${duration(data.toNanos)}`),
      shape("path", { class: "axis-line", d: `M${WIDTH - RIGHT} ${TOP - 6} V${height - 14}` }));
    const rows = [];
    this.tracks.replaceChildren(...data.tracks.map((track, index) => trackGroup(track, index, x, rows)));
    this.credit.replaceChildren(...creditLines(data, x, floor));
    this.walk.take(rows);
    this.showQueues(data);
    this.shares.show(data.shares, data.tracks);
    this.waits.fill(data.tracks.map((track) => [`d${track.domain}v${track.vcpu}`, ...track.waits]));
  }

  showQueues(data) {
    const credit = new Map(data.tracks.map((track) => [`d${track.domain}v${track.vcpu}`, track]));
    const card = (name, words) => element("span", { class: `queue-card ${ownerClass(credit.get(name)?.domain ?? 0)}` }, element("b", {}, name), ` ${words}`);
    this.queues.replaceChildren(...data.processors.map((each) => element("li", {},
      element("span", { class: "queue-name" }, `Processor ${each.number}`),
      each.runs ? card(each.runs, `runs, at the most until ${duration(each.sliceEndNanos)}`) : element("span", { class: "queue-card idle" }, "idle"),
      element("span", { class: "queue-name" }, each.waiting.length > 0 ? "waiting" : "nobody waits"),
      ...each.waiting.map((name) => card(name, millis(credit.get(name)?.credit ?? 0))))));
  }
}

/** A guest that cannot read its clock reads it again and again: until Xen writes the next record it wants all of
    a processor. Two inputs: the fault, and a command that makes it look. */
async function keepBusy(domain) {
  await input({ kind: "fault", domain, fault: "tear_time", seed: 1 });
  await report("/api/console", { domain, data: btoa("ticks\r") });
}

const millis = (nanos) => `${(nanos / 1e6).toFixed(3)} ms`;

function trackGroup(track, index, x, rows) {
  const y = TOP + index * ROW;
  const share = (state) => ((track.shares[state] ?? 0) / 10).toFixed(1);
  const label = `d${track.domain}v${track.vcpu} ${track.name}: ${track.state}, ran ${share("running")} % of the time, waited ${share("runnable")} %`;
  const marks = track.parts.map((part) => {
    const from = x(part.fromNanos);
    const width = Math.max(0.6, x(part.toNanos) - from);
    const flat = part.state === "blocked" || part.state === "offline";
    const words = `d${track.domain}v${track.vcpu} ${part.state}${part.state === "running" ? ` on processor ${part.pcpu}` : ""} from ${duration(part.fromNanos)} to ${duration(part.toNanos)}`;
    return { words, seq: part.seq, nanos: part.fromNanos, node: shape("rect", {
      class: `part ${part.state}`, x: from, width, y: flat ? y + 15 : y + 4, height: flat ? 2 : 24 }, shape("title", {}, words)) };
  });
  rows.push(marks);
  return shape("g", { class: `sched-track ${ownerClass(track.domain)}`, role: "img", "aria-label": label },
    shape("text", { class: "track-name", x: 8, y: y + 15 }, `d${track.domain}v${track.vcpu}`),
    shape("text", { class: "small-label", x: 8, y: y + 29 }, track.name.slice(0, 12)),
    ...marks.map((mark) => mark.node),
    shape("text", { class: "track-name", x: WIDTH - RIGHT + 10, y: y + 15 }, track.state),
    shape("text", { class: "small-label", x: WIDTH - RIGHT + 10, y: y + 29 }, `ran ${share("running")} %`));
}

/** The credit of all vCPUs as lines through zero. Below zero is hatched: whoever is there has overdrawn. */
function creditLines(data, x, floor) {
  const all = [10.5e6, -2e6, ...data.curves.flatMap((curve) => curve.points.filter((_, index) => index % 2 === 1)), ...data.tracks.map((track) => track.credit)];
  const most = Math.min(20e6, Math.max(...all));
  const least = Math.max(-40e6, Math.min(...all));
  const y = (credit) => floor + 12 + (most - Math.min(most, Math.max(least, credit))) / (most - least) * (CREDIT - 12);
  const end = WIDTH - RIGHT;
  const taken = [];
  return [
    shape("rect", { class: "overdrawn", x: LEFT, y: y(0), width: end - LEFT, height: Math.max(0, floor + CREDIT - y(0)) }),
    shape("path", { class: "zero", d: `M${LEFT} ${y(0)} H${end}` }),
    shape("text", { class: "track-name", x: 8, y: floor + 24 }, "credit"),
    shape("text", { class: "small-label", x: LEFT - 6, y: y(10e6) + 4, "text-anchor": "end" }, "10 ms"),
    shape("text", { class: "small-label", x: LEFT - 6, y: y(0) + 4, "text-anchor": "end" }, "0"),
    ...data.curves.map((curve) => {
      const track = data.tracks.find((one) => one.domain === curve.domain && one.vcpu === curve.vcpu);
      const points = [];
      for (let i = 0; i < curve.points.length; i += 2) points.push(`${x(curve.points[i]).toFixed(1)},${y(curve.points[i + 1]).toFixed(1)}`);
      const last = track?.credit ?? 0;
      points.push(`${end},${y(last).toFixed(1)}`);
      if (points.length === 1) points.unshift(`${LEFT},${y(last).toFixed(1)}`);
      let at = Math.round(y(last)) + 4;
      while (taken.some((other) => Math.abs(other - at) < 12)) at += 12;
      taken.push(at);
      return shape("g", { class: `credit-line ${ownerClass(curve.domain)} dash-${curve.domain % 4}`, role: "img", "aria-label": `credit of d${curve.domain}v${curve.vcpu}: ${millis(last)}` },
        shape("polyline", { points: points.join(" ") }),
        shape("text", { class: "small-label", x: end + 10, y: at }, `d${curve.domain}v${curve.vcpu} ${millis(last)}`));
    }),
  ];
}
