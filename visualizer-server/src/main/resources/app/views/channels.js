// The event channels of two domains: the picture is in events.js; here is which two, and the text.

import { element } from "../dom.js";
import { EventsView } from "../events.js";
import { frame, on } from "../machine.js";
import { textTwin } from "../views.js";

export function channelsView() {
  const events = new EventsView();
  const { twin, tell } = textTwin();
  on("state", (now) => tell(now.events?.text));
  return { picture: events.picture, twin, choices: domainChoices(events), show() {} };
}

/** Which two domains face each other, where there are more than two. */
function domainChoices(view) {
  const selects = [0, 1].map((side) => element("select", {
    "aria-label": side === 0 ? "Domain on the left" : "Domain on the right",
    change: (event) => {
      view.chosen[side] = Number(event.target.value);
      view.show(frame, null);
    },
  }));
  const box = element("span", { class: "choices", hidden: true }, ...selects);
  on("state", (now) => {
    const domains = now.domains ?? [];
    box.hidden = domains.length < 3;
    const shown = now.events?.domains ? view.pair(now.events.domains) : [];
    selects.forEach((select, side) => {
      const wanted = domains.map((domain) => `${domain.id}`).join();
      if (select.dataset.ids !== wanted) {
        select.dataset.ids = wanted;
        select.replaceChildren(...domains.map((domain) => element("option", { value: domain.id }, `d${domain.id} ${domain.name}`)));
      }
      if (shown[side]) select.value = shown[side].id;
    });
  });
  return box;
}
