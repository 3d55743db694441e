// The branches of time, as a small tree above the time bar: acting in the past makes a new one, and
// the old future stays. Pressing one goes over to it, at the moment where the two part.

import { grouped, shape } from "./dom.js";
import { on, time } from "./machine.js";

const WIDTH = 960;
const ROW = 13;

export function branchTree() {
  const tree = shape("svg", { class: "branches", role: "group", "aria-label": "Branches of time", preserveAspectRatio: "none" });
  tree.style.display = "none";
  on("state", ({ branches = [], branch }) => {
    const key = JSON.stringify([branches, branch]);
    if (tree.dataset.key === key) return;
    tree.dataset.key = key;
    tree.style.display = branches.length > 1 ? "" : "none";
    const last = Math.max(1, ...branches.map((one) => one.end));
    const x = (seq) => 4 + seq / last * (WIDTH - 8);
    tree.setAttribute("viewBox", `0 0 ${WIDTH} ${branches.length * ROW + 4}`);
    tree.replaceChildren(...branches.map((one, row) => {
      const y = row * ROW + 8;
      const from = one.id === one.parent ? 0 : one.fork;
      const up = branches.findIndex((other) => other.id === one.parent) * ROW + 8;
      const go = () => time({ do: "branch", branch: one.id });
      return shape("g", {
        class: one.id === branch ? "branch now" : "branch", role: "button", tabindex: "0", click: go,
        "aria-label": `Branch ${one.id}, from event ${grouped(from)} to ${grouped(one.end)}${one.id === branch ? ", here" : ""}`,
        keydown: (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); event.stopPropagation(); go(); } },
      }, shape("rect", { class: "reach", x: x(from), y: y - 6, width: Math.max(8, x(one.end) - x(from)), height: 12 }),
      shape("path", { d: `M${x(from)} ${up} V${y} H${x(one.end)}` }), shape("circle", { cx: x(one.end), cy: y, r: 3.5 }));
    }));
  });
  return tree;
}
