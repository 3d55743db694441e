// Starts what the page has room for. Every module stands alone: one that fails leaves the text, and
// the others, as they were.

import { announceBench } from "./bench.js";
import { makeCells } from "./cell.js";
import { drawStills } from "./diagrams.js";
import { addThemeSwitch } from "./appearance.js";
import { coverAnswers, keepExplanations } from "./predict.js";
import { drawMap } from "./map.js";
import { offerMoment } from "./moments.js";
import { addSearch } from "./search.js";
import { drawProgress } from "./progress.js";
import { setStage } from "./stage.js";
import { listen } from "./machine.js";

const kind = document.body.dataset.kind;

/** A quiz has no machine beside it. */
const starts = kind === "quiz" ? [addThemeSwitch, addSearch]
  : [addThemeSwitch, addSearch, announceBench, offerMoment, coverAnswers, keepExplanations, makeCells, ...(kind === "home" ? [drawMap, drawProgress] : [setStage])];

/** The row of chapters may be longer than the window: the one that is open is to be seen in it. */
function showWhereWeAre() {
  const open = document.querySelector(".contents [aria-current]");
  const row = open?.closest("ul, ol");
  if (row) {
    const before = open.getBoundingClientRect().left - row.getBoundingClientRect().left;
    row.scrollLeft += before - Math.max(0, (row.clientWidth - open.offsetWidth) / 2);
  }
}

for (const start of [...starts, showWhereWeAre]) {
  try {
    start();
  } catch (problem) {
    console.error(problem);
  }
}
if (kind !== "quiz") {
  listen();
  drawStills();
}
