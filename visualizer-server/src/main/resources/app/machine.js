// The machine as the page sees it: the latest frame, who wants to know, and what one can ask of it.

const token = document.querySelector('meta[name="xenarium-token"]').content;
const listeners = new Map();
const LATE_MILLIS = 2_000;

/** The latest frame, or null before the first. */
export let frame = null;

/** Who listens for frames while a view of another lane is made. */
let lane = null;

/** Makes a view that hears of frames only what `tell` of the result is given: those of another lane. */
export function inLane(make) {
  const heard = [];
  lane = heard;
  try {
    return { made: make(), tell: (now, before) => heard.forEach((one) => one(now, before)) };
  } finally {
    lane = null;
  }
}

/** Calls `heard` for every message of a kind: state, console, bench, check, file; late is how many answers are. */
export function on(kind, heard) {
  if (kind === "state" && lane) {
    lane.push(heard);
    return;
  }
  if (!listeners.has(kind)) listeners.set(kind, []);
  listeners.get(kind).push(heard);
  if (kind === "state" && frame) heard(frame, null);
}

function tell(kind, ...message) {
  for (const heard of listeners.get(kind) ?? []) heard(...message);
}

/** The frame of the moment before this one: what changed is the difference between the two. */
let previous = null;

/** Takes a frame in, from the stream or as the answer to a request; often the same comes by both. */
export function take(next) {
  if (typeof next?.t !== "number") return;
  if (!frame || !isSameMoment(frame, next)) previous = frame;
  frame = next;
  tell("state", next, previous);
}

function isSameMoment(one, other) {
  return ["t", "nanos", "branch", "running", "seeking"].every((name) => one[name] === other[name]);
}

/** Asks the server; throws an Error with the server's own words where it refuses. */
export async function post(path, body = {}) {
  return patiently(path, fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Xenarium-Token": token },
    body: JSON.stringify(body),
  }));
}

export async function get(path) {
  return patiently(path, fetch(path));
}

/** How many answers are late. A cell says itself that it runs. */
let late = 0;

/** Waits for an answer; where it takes long, the page says that the work goes on. */
async function patiently(path, answer) {
  let isLate = false;
  const timer = path === "/api/cell" ? 0 : setTimeout(() => {
    isLate = true;
    tell("late", ++late);
  }, LATE_MILLIS);
  try {
    return await read(await answer);
  } finally {
    clearTimeout(timer);
    if (isLate) tell("late", --late);
  }
}

async function read(answer) {
  const text = await answer.text();
  let content;
  try {
    content = text ? JSON.parse(text) : {};
  } catch {
    content = { error: text };
  }
  if (!answer.ok) {
    const words = content.error ?? content.message ?? content.title ?? `the server answered ${answer.status}`;
    throw Object.assign(new Error(words), { content });
  }
  return content;
}

// One request about time at a time: of several that wait, only the newest is sent.
let asking = false;
let waiting = null;

/** Moves the machine's clock: run, pause, step, back, seek, reset. */
export async function time(command) {
  if (asking) {
    waiting = command;
    return;
  }
  asking = true;
  try {
    take(await post("/api/time", command));
  } catch (problem) {
    tell("problem", problem.message);
  } finally {
    asking = false;
  }
  if (waiting) {
    const next = waiting;
    waiting = null;
    await time(next);
  }
}

/** Posts an input, which the journal records: it is replayed like a key typed at the console. */
export async function input(what) {
  await report("/api/input", what);
}

/** Posts something that is answered with a frame, and says where that is refused. */
export async function report(path, what) {
  try {
    take(await post(path, what));
  } catch (problem) {
    tell("problem", problem.message);
  }
}

/** Opens the stream. The browser reconnects by itself, with the number of the last event. */
export function listen() {
  const stream = new EventSource("/api/stream");
  for (const kind of ["console", "bench", "check", "file"]) {
    stream.addEventListener(kind, (message) => tell(kind, JSON.parse(message.data)));
  }
  stream.addEventListener("state", (message) => take(JSON.parse(message.data)));
  stream.addEventListener("open", () => tell("connection", true));
  stream.addEventListener("error", () => tell("connection", false));
  window.addEventListener("pagehide", () => stream.close());
}
