// The three clocks of a vCPU, as its guest sees them: the counter; system time, which the guest makes of it by
// the record that Xen publishes; the wall clock, which it makes of system time. Below, what became of record,
// timers and vCPU in the last stretch of time, and what is still to come.

import { button, duration, element, grouped, ownerClass, say, shape } from "../dom.js";
import { input } from "../machine.js";
import { textTwin } from "../views.js";
import { domainSelect, table, wordSelect } from "./choices.js";
import { MarkWalk } from "./marks.js";

const WIDTH = 820;
const LEFT = 84;
const NOW = 610;
const RIGHT = 800;
const ROWS = { record: 38, timer: 78, vcpu: 104 };
const HEIGHT = 140;
const SPANS = [["10000000", "10 ms"], ["100000000", "100 ms"], ["1000000000", "1 s"], ["3000000000", "3 s"], ["10000000000", "10 s"]];
const TIMERS = { "single-shot": "single shot", periodic: "periodic", poll: "end of a poll" };

export class TimeView {
  constructor(ask) {
    const { twin, tell } = textTwin();
    this.twin = twin;
    this.tell = tell;
    this.focus = {};
    const look = (more) => { this.focus = { ...this.focus, ...more }; ask(this.focus); };
    const span = wordSelect("Stretch of time", SPANS, (value) => look({ span: value }));
    span.value = "3000000000";
    this.vcpu = wordSelect("vCPU", [["0", "vCPU 0"]], (vcpu) => look({ vcpu }));
    const cover = button("Cover", "Cover what is calculated, to guess first", () => {
      const isCovered = this.picture.classList.toggle("covered");
      cover.setAttribute("aria-pressed", String(isCovered));
    }, { "aria-pressed": "false" });
    this.choices = element("span", { class: "choices" }, domainSelect((domain) => look({ domain, vcpu: "" })), this.vcpu, span, cover);
    this.build();
  }

  build() {
    this.counter = new Clock("Counter", "TSC: RDTSC reads it", "given");
    this.system = new Clock("System time", "counter and record", "made");
    this.wall = new Clock("Wall clock", "system time and a date", "made");
    this.sign = element("p", { class: "time-sign", role: "status" });
    this.fields = table("The record, in vcpu_info", ["field", "value"]);
    this.recipe = table("What the guest makes of it", ["step", "result"]);
    this.bill = table("Where the time went", ["state", "charged", "with now", "of all"]);
    this.alarms = table("Timers", ["timer", "goes off", "that is"]);
    this.stolen = element("p", { class: "small" });
    this.drawing = shape("svg", { class: "sched time-strip", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group", "aria-label": "Record, timers and vCPU along time" });
    this.walk = new MarkWalk(this.drawing);
    this.picture = element("div", { class: "time-view" },
      element("ol", { class: "dials" }, this.counter.card, this.system.card, this.wall.card),
      element("div", { class: "time-tables" }, element("div", {}, this.sign, this.fields.whole), this.recipe.whole),
      element("div", { class: "strip-frame" }, this.drawing), this.walk.told,
      this.experiments(),
      element("details", { class: "time-more" }, element("summary", {}, "Timers, and where the time went"),
        element("div", { class: "time-tables" }, this.alarms.whole, element("div", {}, this.bill.whole, this.stolen))));
  }

  show(data, frame, old) {
    const isSame = old && old.domain === data.domain && old.vcpu === data.vcpu && !frame.running;
    const before = isSame && old.nanos !== data.nanos ? old.record : null;
    this.data = data;
    this.tell(data.text);
    const { record } = data;
    if (this.vcpu.options.length !== data.vcpus) {
      this.vcpu.replaceChildren(...Array.from({ length: data.vcpus }, (_, id) => element("option", { value: id }, `vCPU ${id}`)));
    }
    this.vcpu.value = data.vcpu;
    this.counter.show(`${digits(record.tsc)} ticks`, before && `${digits(before.tsc)}`);
    this.system.show(`${digits(record.system)} ns`, before && digits(before.system), ahead(record.ahead));
    this.wall.show(dateOf(record.wall), before && dateOf(before.wall));
    this.system.card.classList.toggle("wrong", record.ahead !== "0");
    say(this.sign, record.isOdd
      ? `▨ Version ${record.version}, odd: the record is being changed. A reader waits, and reads again.`
      : `□ Version ${record.version}, even: the record is whole.`);
    this.sign.classList.toggle("odd", record.isOdd);
    this.showTables(data, isSame ? old : null);
    this.showStrip(data);
    say(this.pause, frame.domains?.find((one) => one.id === data.domain)?.state === "paused" ? "Let it go on" : "Pause the domain");
  }

  showTables(data, old) {
    const { record } = data;
    const was = old?.record;
    const row = (name, value, before) => [name, before !== undefined && before !== value ? element("span", {}, element("s", {}, before), " ", element("mark", {}, value)) : value];
    this.fields.fill([
      row("version", String(record.version), was && String(was.version)),
      row("tsc_timestamp", digits(record.stampTsc), was && digits(was.stampTsc)),
      row("system_time", digits(record.stampNanos), was && digits(was.stampNanos)),
      row("tsc_to_system_mul", record.multiplier, was?.multiplier),
      row("tsc_shift", String(record.shift), was && String(was.shift)),
      row("copy for programs", record.copyVaddr || "none", was && (was.copyVaddr || "none")),
    ]);
    const made = (text) => element("span", { class: "made" }, text);
    this.recipe.fill([
      ["counter − tsc_timestamp", made(`${digits(record.elapsed)} ticks`)],
      [record.shift < 0 ? `shifted right by ${-record.shift}` : `shifted left by ${record.shift}`, made(digits(record.shifted))],
      [`× ${record.multiplier} / 2³²`, made(`${digits(record.since)} ns`)],
      ["+ system_time", made(`${digits(record.system)} ns`)],
      [`+ ${dateOf(record.base)}`, made(dateOf(record.wall))],
    ]);
    this.alarms.fill(data.alarms.map(({ timer, nanos, periodNanos }) => [
      TIMERS[timer] + (periodNanos > 0 ? `, every ${duration(periodNanos)}` : ""),
      nanos < 0 ? "off" : duration(nanos), nanos < 0 ? "—" : nanos > data.nanos ? `in ${duration(nanos - data.nanos)}` : "now"]));
    const whole = Math.max(1, data.nanos - data.madeNanos);
    this.bill.fill(data.bill.map(({ state, chargedNanos, withNowNanos }) => [
      state === data.lane.state ? `${state}, now` : state, `${grouped(chargedNanos)} ns`, `${grouped(withNowNanos)} ns`, `${(withNowNanos * 100 / whole).toFixed(1)} %`]));
    say(this.stolen, `Together ${grouped(whole)} ns, since the vCPU was made at ${grouped(data.madeNanos)} ns. Stolen (runnable and offline): ${grouped(data.stolenNanos)} ns.`);
  }

  showStrip(data) {
    const span = Math.max(1, data.nanos - data.fromNanos);
    const x = (nanos) => LEFT + (Math.max(nanos, data.fromNanos) - data.fromNanos) / span * (NOW - LEFT);
    const marks = { record: [], timer: [], vcpu: [] };
    const put = (row, nanos, seq, words, node) => marks[row].push({ node, words, seq, nanos });
    for (const mark of data.marks) {
      const at = x(mark.nanos);
      if (mark.kind === "odd" || mark.kind === "even") {
        put("record", mark.nanos, mark.seq, `record: version ${mark.version}, ${mark.kind === "odd" ? "odd, a change begins" : "even, whole again"}, at ${duration(mark.nanos)}`,
          shape("path", { class: `time-mark ${mark.kind}`, d: `M${at} ${ROWS.record - (mark.kind === "odd" ? 13 : 2)} l7 7 l-7 7 l-7 -7 Z` }));
      } else {
        const due = mark.deadlineNanos < 0 ? "never" : duration(mark.deadlineNanos);
        put("timer", mark.nanos, mark.seq, mark.kind === "fired" ? `timer of ${due} goes off at ${duration(mark.nanos)}` : `timer set to ${due}, at ${duration(mark.nanos)}`,
          shape("path", { class: `time-mark ${mark.kind}`, d: mark.kind === "fired" ? `M${at} ${ROWS.timer + 10} v-20 l9 6 l-9 6` : `M${at} ${ROWS.timer + 10} v-10 h6` }));
      }
    }
    for (const part of data.lane.parts) {
      const flat = part.state === "blocked" || part.state === "offline";
      put("vcpu", part.fromNanos, part.seq, `${part.state} from ${duration(part.fromNanos)} to ${duration(part.toNanos)}`, shape("rect", {
        class: `part ${part.state}`, x: x(part.fromNanos), width: Math.max(0.6, x(part.toNanos) - x(part.fromNanos)), y: ROWS.vcpu + (flat ? 11 : 2), height: flat ? 2 : 20 }));
    }
    const label = (y, ...words) => words.map((word, index) => shape("text", { class: "small-label", x: 6, y: y + index * 13 }, word));
    this.drawing.setAttribute("class", `sched time-strip ${ownerClass(data.domain)}`);
    this.drawing.setAttribute("aria-label", `From ${duration(data.fromNanos)} to now, ${duration(data.nanos)}: ${marks.record.length} changes of the record's version, ${marks.timer.length} events of timers; vCPU ${data.lane.state}`);
    this.drawing.replaceChildren(
      shape("defs", {}, shape("pattern", { id: "waiting", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
        shape("rect", { class: "waiting-stripe", width: 3, height: 6 }))),
      shape("rect", { class: "to-come", x: NOW, y: 20, width: RIGHT - NOW, height: HEIGHT - 34 }),
      ...label(ROWS.record, "record"), ...label(ROWS.timer, "timers"), ...label(ROWS.vcpu + 16, `d${data.domain}v${data.vcpu}`),
      shape("text", { class: "small-label", x: LEFT, y: 14 }, duration(data.fromNanos)),
      shape("text", { class: "small-label", x: NOW, y: 14, "text-anchor": "end" }, `now, ${duration(data.nanos)}`),
      shape("text", { class: "small-label", x: RIGHT, y: 14, "text-anchor": "end" }, "still to come"),
      ...Object.values(ROWS).map((y) => shape("path", { class: "time-line", d: `M${LEFT} ${y + (y === ROWS.vcpu ? 12 : 10)} H${RIGHT}` })),
      shape("path", { class: "axis-line", d: `M${NOW} 20 V${HEIGHT - 14}` }),
      ...[...marks.record, ...marks.timer, ...marks.vcpu].map((mark) => mark.node),
      ...this.toCome(data, span, put));
    this.walk.take([marks.record, marks.timer, marks.vcpu]);
  }

  /** The deadlines ahead; one that lies farther than there is room stands at the edge, with an arrow. */
  toCome(data, span, put) {
    const nodes = [];
    for (const { timer, nanos } of data.alarms.filter((alarm) => alarm.nanos > data.nanos)) {
      const wanted = NOW + (nanos - data.nanos) / span * (NOW - LEFT);
      const at = Math.min(wanted, RIGHT - 14);
      const flag = shape("path", { class: "time-mark ahead", d: `M${at} ${ROWS.timer + 10} v-26 l11 6 l-11 6` });
      nodes.push(flag, shape("text", { class: "small-label", x: at - 4, y: ROWS.timer - 6, "text-anchor": "end" }, `in ${duration(nanos - data.nanos)}${wanted > at ? " →" : ""}`));
      put("timer", nanos, 0, `${TIMERS[timer]}: will go off at ${duration(nanos)}`, flag);
    }
    return nodes;
  }

  /** What a reader can change. Each is an input: the journal has it, and going back before it undoes it. */
  experiments() {
    const order = (kind, more = {}) => input({ kind, domain: this.data?.domain, ...more });
    const date = element("input", { type: "datetime-local", step: "1", value: "2026-06-01T12:00:00", "aria-label": "Date and time, UTC" });
    const ahead = element("input", { type: "number", value: "500", step: "any", "aria-label": "Milliseconds from now; below 0 is past" });
    this.pause = element("button", { type: "button", click: () => order(this.pause.textContent.startsWith("Pause") ? "pause" : "unpause") }, "Pause the domain");
    return element("div", { class: "experiments", role: "group", "aria-label": "Change something" },
      element("button", { type: "button", click: () => order("fault", { fault: "tear_time", seed: 1 }) }, "Leave the record half written"), this.pause,
      element("form", { class: "share", submit: (event) => {
        event.preventDefault();
        order("timer", { vcpu: this.data.vcpu, nanos: Math.max(0, Math.round(this.data.nanos + Number(ahead.value) * 1e6)) });
      } }, element("label", { class: "field" }, "timer in ms", ahead), element("button", {}, "Set its timer")),
      element("form", { class: "share", submit: (event) => {
        event.preventDefault();
        order("date", { seconds: Math.floor(Date.parse(`${date.value}Z`) / 1000) });
      } }, element("label", { class: "field" }, "UTC", date), element("button", {}, "Set the wall clock")));
  }
}

/** One clock: its name, what it shows, for one step what it showed before, and of what it is made. */
class Clock {
  constructor(name, words, kind) {
    this.value = element("b", { class: kind });
    this.old = element("s");
    this.note = element("span", { class: "dial-note" });
    this.card = element("li", { class: "dial" }, element("span", { class: "dial-name" }, name), this.value, this.old,
      element("span", { class: "dial-words" }, words), this.note);
  }

  show(value, old, note = "") {
    say(this.value, value);
    say(this.old, old || "");
    say(this.note, note);
  }
}

const digits = (number) => grouped(number);
const dateOf = (instant) => instant.replace("T", " ").replace(/(\.\d{3})\d*Z$/, "$1").replace("Z", "");

function ahead(nanos) {
  if (nanos === "0") return "✔ as Xen’s own";
  return nanos.startsWith("-") ? `✘ ${digits(nanos.slice(1))} ns behind Xen’s own` : `✘ ${digits(nanos)} ns ahead of Xen’s own`;
}
