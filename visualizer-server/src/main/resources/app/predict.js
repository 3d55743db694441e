// A question wants an answer before it gives one: the cover opens once the reader has written
// something, or says that they would rather look.

import { element } from "./dom.js";

/** Gives each "explain in your own words" a place to write, kept in this browser alone. */
export function keepExplanations() {
  document.querySelectorAll(".explain > .content").forEach((box, index) => {
    const key = `xenarium.explain.${document.body.dataset.chapter}.${index}`;
    const text = element("textarea", {
      class: "code", rows: 4, "aria-label": "Your explanation",
      input: () => localStorage.setItem(key, text.value),
    });
    text.value = localStorage.getItem(key) ?? "";
    box.append(text, element("p", { class: "small" }, "Kept in this browser, and nowhere else."));
  });
}

export function coverAnswers() {
  document.querySelectorAll(".predict").forEach((question, index) => {
    const cover = question.querySelector("details.answer");
    if (!cover) return;
    const name = `guess-${index}`;
    const guess = element("input", { id: name, type: "text", autocomplete: "off", spellcheck: "false" });
    const form = element("form", {
      class: "guess",
      submit: (event) => {
        event.preventDefault();
        cover.hidden = false;
        cover.open = true;
        form.querySelector("output").textContent = guess.value ? `You said: ${guess.value}` : "";
      },
    },
    element("label", { for: name }, "Your answer"), guess,
    element("button", { type: "submit" }, "Compare"), element("output"));
    cover.before(form);
    cover.hidden = true;
    // Searching in the page and following a link must still reach a covered answer.
    cover.addEventListener("beforematch", () => { cover.hidden = false; });
  });
}
