// Search in all chapters, by the page alone: the index is fetched once, when it is first wanted.
// "/" opens it; the arrow keys walk through what was found.

import { button, element } from "./dom.js";

const MOST = 20;
let index = null;

export function addSearch() {
  const field = element("input", { type: "search", "aria-label": "Search the chapters", placeholder: "mfn, upcall, iret …", autocomplete: "off" });
  const told = element("p", { class: "small", role: "status" });
  const found = element("ol", { class: "found" });
  const dialog = element("dialog", { class: "search", "aria-label": "Search" },
    element("form", { method: "dialog", class: "search-bar" }, field, element("button", { type: "submit" }, "Close")), told, found);
  document.body.append(dialog);
  const open = async () => {
    dialog.showModal();
    field.select();
    index ??= await (await fetch("/search.json")).json();
    show();
  };
  const show = () => {
    const hits = search(field.value);
    told.textContent = field.value.trim() === "" ? "" : `${hits.length === MOST ? `the best ${MOST}` : hits.length} found`;
    found.replaceChildren(...hits.map((hit) => element("li", {},
      element("a", { href: `/chapter/${hit.chapter}${hit.anchor ? `#${hit.anchor}` : ""}`, click: () => dialog.close() }, hit.title),
      element("span", { class: "small" }, ` ${hit.in}`), element("p", {}, ...hit.excerpt))));
  };
  field.addEventListener("input", show);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "ArrowDown") return;
    const first = found.querySelector("a");
    event.preventDefault();
    if (!first) return;
    if (event.key === "Enter") first.click();
    else first.focus();
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest?.("input, textarea, select, .xterm, dialog");
    if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    open();
  });
  document.getElementById("top-end").prepend(button("Search", "Search the chapters", open, { "aria-keyshortcuts": "/" }));
}

/** The sections that have all the words; a word in the title counts ten times, one at a word's begin twice. */
function search(query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0 || !index) return [];
  return index.map((entry) => ({ entry, score: score(entry, words) }))
    .filter(({ score: points }) => points > 0)
    .sort((one, other) => other.score - one.score)
    .slice(0, MOST)
    .map(({ entry }) => ({ ...entry, excerpt: excerpt(entry.text, words[0]) }));
}

function score({ title, text }, words) {
  const [head, body] = [title.toLowerCase(), text.toLowerCase()];
  let points = 0;
  for (const word of words) {
    const count = Math.min(5, body.split(word).length - 1) + (body.includes(` ${word}`) ? 2 : 0);
    if (count === 0 && !head.includes(word)) return 0;
    points += count + (head.includes(word) ? 10 : 0);
  }
  return points;
}

/** A few words around the place, the place itself marked. */
function excerpt(text, word) {
  const at = text.toLowerCase().indexOf(word);
  if (at < 0) return [text.slice(0, 120)];
  const from = Math.max(0, at - 60);
  return [from > 0 ? "…" : "", text.slice(from, at), element("mark", {}, text.slice(at, at + word.length)), text.slice(at + word.length, at + word.length + 90), "…"];
}
