// Moments worth keeping: bookmarks, kept by this browser, and a link that opens this very moment on
// another computer.

import { button, element, grouped, say } from "./dom.js";
import { frame, get, on, post } from "./machine.js";
import { controls } from "./transport.js";

const KEPT = "xenarium.bookmarks";
const MOST = 40;

const load = () => {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? [];
  } catch {
    return [];
  }
};

let marks = load();
let redraw = () => {};

function keep(next) {
  marks = next.slice(-MOST);
  localStorage.setItem(KEPT, JSON.stringify(marks));
  redraw();
}

/** Keeps this moment, under the sentence that belongs to it. */
export function mark() {
  if (!frame) return;
  keep([...marks.filter((one) => one.t !== frame.t || one.branch !== frame.branch),
    { t: frame.t, branch: frame.branch, words: frame.sentence ?? "" }]);
}

/** Goes to the newest mark. */
export function toMark() {
  if (marks.length > 0) controls.seekOn(marks.at(-1).branch, marks.at(-1).t);
}

export function momentsPanel() {
  const list = element("ol", { class: "marks", "aria-label": "Bookmarks" });
  const told = element("output", { class: "small" });
  redraw = () => list.replaceChildren(...marks.map((one) => element("li", {},
    element("button", { type: "button", class: "link", click: () => controls.seekOn(one.branch, one.t) }, grouped(one.t)), ` ${one.words} `,
    button("×", `Forget the mark at event ${one.t}`, () => keep(marks.filter((other) => other !== one)), { class: "plain" }))));
  redraw();
  const share = element("button", { type: "button", click: async () => {
    try {
      const { token } = await get("/api/token");
      const address = new URL(location.href);
      address.searchParams.set("t", frame?.t ?? 0);
      address.searchParams.set("moment", token);
      await navigator.clipboard.writeText(address.href);
      say(told, "Copied: the link opens this moment in any Xenarium with the same parts.");
    } catch (problem) {
      say(told, `No link: ${problem.message}`);
    }
  } }, "Copy a link to this moment");
  return element("details", { class: "moments" }, element("summary", {}, "Bookmarks and links"),
    element("div", { class: "cell-bar" }, element("button", { type: "button", "aria-keyshortcuts": "m", click: mark }, "Mark this moment"), share, told), list);
}

/** A link with a moment in it asks before it puts another machine on the bench. */
export function offerMoment() {
  const address = new URL(location.href);
  const token = address.searchParams.get("moment");
  if (!token) return;
  address.searchParams.delete("moment");
  history.replaceState(null, "", address);
  const bar = element("div", { class: "moment-bar", role: "dialog", "aria-label": "A moment from somebody else" },
    element("span", {}, "This link holds a moment of another run. Opening it puts that machine on your bench; your own run ends."),
    element("button", { type: "button", class: "primary", click: async () => {
      bar.remove();
      await post("/api/moment", { token, t: Number(address.searchParams.get("t") ?? 0) })
        .catch((problem) => alert(problem.message));
    } }, "Open it"),
    element("button", { type: "button", click: () => bar.remove() }, "Stay here"));
  document.body.insertBefore(bar, document.querySelector("main"));
}
