// The CPU in one strip: where it stands, and the registers; a changed one shows what it held.

import { element, say } from "./dom.js";
import { on } from "./machine.js";

const ORDER = ["rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp",
  "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rip", "rflags"];

const short = (hex) => String(hex).replace(/^0x/, "").replace(/^0+(?=.)/, "");

export function registers() {
  const heading = element("p", { class: "cpu-where" });
  const cells = new Map();
  const grid = element("dl", { class: "registers" });
  for (const name of ORDER) {
    const old = element("del");
    const value = element("span");
    const cell = element("div", {}, element("dt", {}, name), element("dd", {}, old, value));
    cells.set(name, { cell, old, value });
    grid.append(cell);
  }
  on("state", ({ cpu, running }, before) => {
    if (!cpu) return;
    say(heading, `d${cpu.domain} vCPU ${cpu.vcpu}  ${cpu.symbolic ?? cpu.rip ?? ""}`);
    for (const [name, { cell, old, value }] of cells) {
      const now = name === "rip" ? cpu.registers?.rip ?? cpu.rip : cpu.registers?.[name];
      const then = name === "rip" ? before?.cpu?.registers?.rip ?? before?.cpu?.rip : before?.cpu?.registers?.[name];
      cell.hidden = now === undefined;
      if (now === undefined) continue;
      const changed = !running && then !== undefined && then !== now
        && before.cpu.domain === cpu.domain && before.cpu.vcpu === cpu.vcpu;
      cell.classList.toggle("changed", changed);
      say(old, changed ? short(then) : "");
      say(value, short(now));
    }
  });
  return element("section", { class: "cpu", "aria-label": "CPU" }, heading, grid);
}
