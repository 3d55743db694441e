// The clock in the reader's hand: reset, back, step, run, to the end; how fast, by what unit; and
// the bar of all that has happened so far, which is also the way to any moment of it.

import { button, duration, element, grouped, say, shape } from "./dom.js";
import { branchTree } from "./branches.js";
import { frame, get, on, time } from "./machine.js";

const UNITS = ["instruction", "trap", "event", "slice"];
const TOPICS = ["CPU", "DOMAIN", "GRANT", "MEMORY", "PORTS", "RING", "SCHED", "STORE"];
const BUCKETS = 240;
const SLOWEST = 3;
const REAL_TIME = 9;
const UNBOUNDED = 10 ** 12;

/** The commands that keys, buttons and the bar share. */
export const controls = {
  unit: localStorage.getItem("xenarium.unit") ?? "event",
  speed: 10 ** REAL_TIME,
  reset: () => time({ do: "reset" }),
  back: (count = 1) => time({ do: "back", unit: controls.unit, count }),
  step: (count = 1) => time({ do: "step", unit: controls.unit, count }),
  seek: (t) => time({ do: "seek", t }),
  seekOn: (branch, t) => time({ do: "seek", branch, t }),
  toEnd: () => time({ do: "seek", t: frame?.end ?? 0 }),
  toggle: () => time(frame?.running ? { do: "pause" } : { do: "run", speed: controls.speed }),
  coarser: () => setUnit(UNITS[Math.min(UNITS.indexOf(controls.unit) + 1, UNITS.length - 1)]),
  finer: () => setUnit(UNITS[Math.max(UNITS.indexOf(controls.unit) - 1, 0)]),
};

/** The signs on the buttons, drawn, since few fonts have them all. */
const SIGNS = {
  reset: "M5 4v12M16 4v12L7 10z", back: "M14 4v12L5 10z", step: "M6 4v12l9-6z", end: "M15 4v12M4 4v12l9-6z",
  run: "M6 3v14l11-7z", pause: "M6 4v12M13 4v12",
};

const sign = (name) => shape("svg", { viewBox: "0 0 20 20", class: `sign ${name}`, "aria-hidden": "true" }, shape("path", { d: SIGNS[name] }));

let unitField = null;

function setUnit(unit) {
  controls.unit = unit;
  localStorage.setItem("xenarium.unit", unit);
  unitField.value = unit;
}

export function transport() {
  const run = button(sign("run"), "Run", () => controls.toggle(), { class: "run", "aria-keyshortcuts": "Space" });
  const where = element("span", { class: "where" });
  const row = element("div", { class: "transport", role: "toolbar", "aria-label": "Time" },
    button(sign("reset"), "Back to the start", () => controls.reset()),
    button(sign("back"), "Step back", () => controls.back(), { "aria-keyshortcuts": "p" }),
    button(sign("step"), "Step", () => controls.step(), { "aria-keyshortcuts": "n" }),
    run,
    button(sign("end"), "To the latest moment", () => controls.toEnd()),
    unitSelect(), speedSlider(), where);
  on("state", (now) => {
    const words = now.running ? "Pause" : "Run";
    if (run.title !== words) {
      run.replaceChildren(sign(words.toLowerCase()));
      run.setAttribute("aria-label", words);
      run.title = words;
    }
    const idle = now.seeking >= 0 ? ` · on the way to ${grouped(now.seeking)}` : now.idle ? " · asleep" : "";
    say(where, `event ${grouped(now.t)} of ${grouped(now.end)} · ${duration(now.nanos)}${idle}`);
  });
  return element("div", { class: "clock" }, row, timeBar());
}

function unitSelect() {
  unitField = element("select", { change: () => setUnit(unitField.value), "aria-label": "Step by" },
    ...UNITS.map((unit) => element("option", { value: unit }, unit === "trap" ? "trap or hypercall" : unit)));
  unitField.value = controls.unit;
  return element("label", { class: "field" }, element("span", {}, "by"), unitField);
}

/** Virtual nanoseconds a second of the reader's time, on a logarithmic scale. A sleeping guest sleeps
    in real time at the default; the end of the scale lets it sleep as short as the machine can. */
function speedSlider() {
  const shown = element("output", { class: "speed" });
  const slider = element("input", {
    type: "range", min: SLOWEST, max: REAL_TIME + 0.5, step: 0.5, value: REAL_TIME, "aria-label": "Speed",
    input: () => refresh(true),
  });
  const refresh = (tell) => {
    const power = Number(slider.value);
    controls.speed = power > REAL_TIME ? UNBOUNDED : Math.round(10 ** power);
    const words = power > REAL_TIME ? "full speed" : power === REAL_TIME ? "real time" : `${duration(controls.speed)} a second`;
    say(shown, words);
    slider.setAttribute("aria-valuetext", words);
    if (tell && frame?.running) time({ do: "run", speed: controls.speed });
  };
  refresh(false);
  return element("label", { class: "field" }, slider, shown);
}

function timeBar() {
  const ticks = element("canvas", { class: "ticks", "aria-hidden": "true", width: BUCKETS * 4, height: 36 });
  const slider = element("input", {
    type: "range", class: "scrub", min: 0, max: 1, step: 1, value: 0, "aria-label": "Moment",
    input: () => controls.seek(Number(slider.value)),
  });
  let drawnTo = -1;
  on("state", (now) => {
    slider.max = now.end;
    if (document.activeElement !== slider || !scrubbing) slider.value = now.t;
    slider.setAttribute("aria-valuetext", `event ${now.t} of ${now.end}. ${now.sentence ?? ""}`);
    if (now.end !== drawnTo && !drawing) drawSoon();
  });
  let scrubbing = false;
  slider.addEventListener("pointerdown", () => { scrubbing = true; });
  slider.addEventListener("pointerup", () => { scrubbing = false; });
  let drawing = false;
  const drawSoon = async () => {
    drawing = true;
    drawnTo = frame.end;
    try {
      drawTicks(ticks, await get(`/api/ticks?from=0&to=${frame.end}&buckets=${BUCKETS}`));
    } catch {
      // The bar works without its ticks.
    }
    setTimeout(() => {
      drawing = false;
      if (frame.end !== drawnTo) drawSoon();
    }, 1000);
  };
  return element("div", { class: "time-bar" }, branchTree(), ticks, slider, legend());
}

function legend() {
  return element("ul", { class: "legend", "aria-hidden": "true" },
    ...TOPICS.map((topic) => element("li", { class: `topic-${topic.toLowerCase()}` }, topic.toLowerCase())));
}

/** Draws buckets of counts by topic: one lane a topic, so that no tick hangs on its colour; taller is more, on a log scale. */
function drawTicks(canvas, answer) {
  const buckets = answer.ticks ?? answer;
  const pen = canvas.getContext("2d");
  const style = getComputedStyle(canvas);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  const lane = canvas.height / TOPICS.length;
  TOPICS.forEach((topic, index) => {
    pen.fillStyle = style.getPropertyValue(`--topic-${topic.toLowerCase()}`) || style.color;
    buckets.forEach(({ counts }, bucket) => {
      const count = counts[topic];
      if (!count) return;
      const height = lane * Math.min(1, 0.35 + Math.log10(count) / 5);
      pen.fillRect(bucket * 4, (index + 1) * lane - height, 3, height);
    });
  });
}
