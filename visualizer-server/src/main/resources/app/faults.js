// Faults on purpose: a list, a domain, and a seed that chooses the place. Each is an input like a key that
// is typed: the journal has it, a link carries it, and going back before it undoes it.

import { element, say } from "./dom.js";
import { input, on } from "./machine.js";

const FAULTS = [
  ["lose_event", "Lose an event that waits", "The guest is never told. Does it look by itself some time?"],
  ["repeat_event", "Repeat an event", "The guest is told of something that did not happen. A good guest looks and finds nothing."],
  ["flip_bit", "Turn a bit of its memory", "In a frame that holds no page table. The page view shows which frame."],
  ["tear_time", "Leave its time record half written", "Its version stays odd until Xen writes the next record. Who waits for what?"],
  ["refuse_memory", "Give it no more memory", "From now on it gets nothing when it asks for more."],
  ["delay_disk", "Delay its disks", "All that is under way is done a tenth of a second later."],
  ["kill_backend", "Kill its back-ends", "The daemons of console and disks let go without a word."],
  ["crash", "Crash it", "What the toolstack does then is on_crash in its configuration."],
];

/** The panel, for the stage. */
export function faultPanel() {
  const kind = element("select", { "aria-label": "Fault", change: () => tell() },
    ...FAULTS.map(([name, title]) => element("option", { value: name }, title)));
  const domain = element("select", { "aria-label": "Domain that it hits" });
  const seed = element("input", { type: "number", min: "0", max: "999999", value: "1", "aria-label": "Seed: chooses the place" });
  const words = element("p", { class: "small" });
  const tell = () => say(words, FAULTS.find(([name]) => name === kind.value)[2]);
  const panel = element("details", { class: "faults" }, element("summary", { "aria-keyshortcuts": "f" }, "Break something on purpose"),
    element("form", { class: "cell-bar", submit: (event) => {
      event.preventDefault();
      input({ kind: "fault", domain: Number(domain.value), fault: kind.value, seed: Number(seed.value) || 0 });
    } }, kind, domain, element("label", { class: "field" }, "Seed", seed), element("button", {}, "Break it")), words);
  tell();
  on("state", ({ domains }) => {
    const guests = (domains ?? []).filter((one) => one.id > 0);
    const now = guests.map((one) => `${one.id} ${one.name}`).join();
    if (domain.dataset.shown === now) return;
    domain.dataset.shown = now;
    domain.replaceChildren(...guests.map((one) => element("option", { value: one.id }, `${one.name} (d${one.id})`)));
  });
  return { panel, open() {
    panel.open = !panel.open;
    if (panel.open) kind.focus();
  } };
}
