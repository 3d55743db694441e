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

const home = document.body.dataset.kind === "home";

for (const start of [addThemeSwitch, addSearch, announceBench, offerMoment, coverAnswers, keepExplanations, makeCells, ...(home ? [drawMap, drawProgress] : [setStage])]) {
  try {
    start();
  } catch (problem) {
    console.error(problem);
  }
}
listen();
drawStills();
