// One case of one check, step by step: with the learner's part and with the reference, as two lanes. The
// first step that differs is marked and comes into sight.

import { element, say } from "./dom.js";
import { post } from "./machine.js";

/** A place for the two lanes; `offer` gets the moment of a run of a whole machine. */
export function stepLanes(offer) {
  const place = element("section", { class: "steps-place", "aria-label": "Yours beside the reference, step by step", hidden: true });
  const show = async (token) => {
    place.hidden = false;
    say(place, "Running the case twice…");
    try {
      fill(place, await post("/api/beside", { token }));
    } catch (problem) {
      say(place, problem.message);
    }
  };
  const fill = (box, { verdict, mine, reference, moment }) => {
    const parting = firstDifference(mine, reference);
    const rows = Array.from({ length: Math.max(mine.length, reference.length) }, (_, index) => row(index, mine[index], reference[index], index === parting));
    const words = parting < 0 ? "Step by step, both say the same." : `The first difference is step ${parting + 1}.`;
    const whole = element("div", { class: "steps", tabindex: "0", role: "region", "aria-label": "Steps of both lanes" },
      element("table", { class: "facts" }, element("caption", {}, `${verdict.sentence}: ${words}`),
        element("thead", {}, element("tr", {}, ...["", "yours", "the reference"].map((head) => element("th", { scope: "col" }, head)))),
        element("tbody", {}, ...rows)));
    box.replaceChildren(whole, element("button", { type: "button", hidden: parting < 0, click: () => rows[parting].scrollIntoView({ block: "center" }) }, "To the first difference"));
    if (parting >= 0) whole.scrollTop = rows[parting].offsetTop - 60;
    if (moment) offer(moment);
  };
  return { place, show };
}

function firstDifference(one, other) {
  for (let i = 0; i < Math.max(one.length, other.length); i++) if (one[i] !== other[i]) return i;
  return -1;
}

function row(index, mine, reference, differs) {
  return element("tr", { class: differs ? "differs" : "" }, element("th", { scope: "row" }, `${differs ? "≠ " : ""}${index + 1}`),
    element("td", {}, mine ?? "—"), element("td", {}, reference ?? "—"));
}
