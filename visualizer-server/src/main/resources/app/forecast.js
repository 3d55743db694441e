// Predict, then see: the machine is taken to the moment right before something happens in the view on the
// stage; the reader commits to an answer, and one step uncovers it. Nothing is made up: the question is
// about a real event, and going on is a real step.

import { element, say } from "./dom.js";
import { on, post, take } from "./machine.js";

const kinds = (...pairs) => pairs.map(([words, ...names]) => ({ words, is: (event) => names.includes(event.kind) }));
const OTHER = { words: "something else", is: () => true };
const ring = (words, name, fromGuest) => ({ words, is: (event) => event.kind === "Moved" && event.ring === name && event.fromGuest === fromGuest });
const runs = (words, to) => ({ words, is: (event) => event.kind === "RunstateChanged" && event.to === to });

/** What can be asked: the question, and the answers in an order that never changes. */
const FAMILIES = {
  PORTS: { about: "event channels", answers: [...kinds(["somebody signals a port", "Sent"], ["a pending bit P changes", "PendingChanged"],
    ["a mask bit M changes", "MaskChanged"], ["a selector bit S changes", "SelectorChanged"], ["an upcall flag goes up", "UpcallRaised"]), OTHER] },
  MEMORY: { about: "frames and page tables", answers: [...kinds(["the type of a frame changes", "TypeChanged"], ["an entry of a table is written", "EntryWritten"],
    ["a table is pinned or let go", "Pinned"], ["a vCPU changes to another table", "BaseSwitched"]), OTHER] },
  GRANT: { about: "grants", answers: [...kinds(["a frame is mapped", "Mapped"], ["a mapping is given back", "Unmapped"], ["bytes are copied", "Copied"]), OTHER] },
  RING: { about: "the rings", answers: [ring("the guest's console is read", "console", true), ring("something goes to the guest's console", "console", false),
    ring("the guest asks the XenStore", "xenstore", true), ring("the XenStore answers", "xenstore", false), ring("the disk takes a request", "block", true),
    ring("the disk puts a response", "block", false), OTHER] },
  STORE: { about: "the XenStore", answers: [...kinds(["a node is written", "Written"], ["a node goes", "Removed"], ["somebody begins to watch", "WatchSet"],
    ["a watch fires", "WatchFired"], ["a question is answered", "Answered"]), OTHER] },
  SCHED: { about: "the scheduler", answers: [runs("a vCPU gets a processor", "running"), runs("a vCPU falls asleep", "blocked"), runs("a vCPU wakes and waits its turn", "runnable"),
    ...kinds(["a timer is set", "TimerSet"], ["a timer goes off", "TimerFired"], ["a time record changes", "TimeVersionChanged"]), OTHER] },
  CPU: { about: "the way between guest and Xen", answers: [...kinds(["the guest calls Xen", "HypercallEntered"], ["Xen returns from a call", "HypercallReturned"],
    ["an exception", "Trapped"], ["Xen enters a handler of the guest", "Bounced"], ["the guest returns from a handler", "Returned"]), OTHER] },
  DOMAIN: { about: "the life of domains", answers: [...kinds(["a domain is made", "Created"], ["its state changes", "StateChanged"], ["it shuts down", "ShutDown"],
    ["it crashes", "Crashed"], ["it is destroyed", "Destroyed"]), OTHER] },
  "": { about: "the whole machine", answers: ["CPU", "DOMAIN", "GRANT", "MEMORY", "PORTS", "RING", "SCHED", "STORE"].map((topic) =>
    ({ words: topic.toLowerCase(), is: (event) => event.topic === topic })) },
};
const OF_VIEW = { channels: "PORTS", walk: "MEMORY", frames: "MEMORY", grants: "GRANT", rings: "RING", store: "STORE", sched: "SCHED", time: "SCHED", cpu: "CPU", life: "DOMAIN" };

/** The panel, for the stage; `viewNow` says which view is on it. */
export function forecastPanel(viewNow) {
  const told = element("p", { class: "forecast-words", role: "status" });
  const form = element("form", { class: "forecast-form", hidden: true, submit: (event) => { event.preventDefault(); commit(); } });
  const begin = element("button", { type: "button", click: () => ask() }, "To the next question");
  const panel = element("details", { class: "forecast" }, element("summary", { "aria-keyshortcuts": "q" }, "Predict what comes next"),
    element("div", { class: "cell-bar" }, begin), form, told);
  let open = null;
  let asked = 0;
  let right = 0;

  async function ask() {
    panel.open = true;
    const topic = OF_VIEW[viewNow()] ?? "";
    try {
      const now = await post("/api/time", { do: "before", topic });
      open = null;
      take(now);
      open = { family: FAMILIES[topic], t: now.t };
      show(open.family);
    } catch (problem) {
      form.hidden = true;
      say(told, problem.message);
    }
  }

  function show({ about, answers }) {
    const choices = answers.map(({ words }, index) => element("label", {}, element("input", { type: "radio", name: "forecast", value: index, required: true }), words));
    form.replaceChildren(element("fieldset", {}, element("legend", {}, `The next event is about ${about}. Which is it?`), ...choices),
      element("button", { class: "primary" }, "Commit and step"));
    form.hidden = false;
    say(told, "");
    form.querySelector("input").focus({ preventScroll: true });
  }

  async function commit() {
    const chosen = Number(new FormData(form).get("forecast"));
    const { family } = open;
    open = null;
    const now = await post("/api/time", { do: "step", unit: "event", count: 1 });
    take(now);
    const answer = family.answers.findIndex(({ is }) => is(now.event));
    asked++;
    if (answer === chosen) right++;
    form.hidden = true;
    say(told, `${answer === chosen ? "✔ Yes" : `✘ You said: ${family.answers[chosen].words}. It was: ${family.answers[answer].words}`}. ${now.sentence} (${right} of ${asked})`);
    begin.focus({ preventScroll: true });
  }

  on("state", (now) => {
    if (!open || (now.t === open.t && !now.running)) return;
    open = null;
    form.hidden = true;
    say(told, "Time has moved on without an answer.");
  });
  return { panel, ask };
}
