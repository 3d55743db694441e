// The views of the stage by the names that stand in the address. A view has a picture, perhaps
// choices of its own, and shows data when told; the bench makes the data of those that say so.

import { machineMap } from "./map.js";
import { element, say } from "./dom.js";
import { channelsView } from "./views/channels.js";
import { BuilderView } from "./views/builder.js";
import { CpuView } from "./views/cpu.js";
import { FramesView } from "./views/frames.js";
import { GrantsView } from "./views/grants.js";
import { HistoryView } from "./views/history.js";
import { LifeView } from "./views/life.js";
import { RingsView } from "./views/rings.js";
import { SchedView } from "./views/sched.js";
import { StoreView } from "./views/store.js";
import { TimeView } from "./views/time.js";
import { TranslatorView } from "./views/translator.js";
import { WalkView } from "./views/walk.js";

/** In the order of the keys 1 to 9. `live`: the bench makes the data; `beside`: can be shown for two lanes. */
export const VIEWS = [
  { name: "machine", title: "The machine", make: mapView },
  { name: "channels", title: "Event channels", make: channelsView, beside: true },
  { name: "walk", title: "Page walk, p2m and m2p", make: (ask) => new WalkView(ask), live: true, beside: true },
  { name: "frames", title: "Page types and counts", make: (ask) => new FramesView(ask), live: true, beside: true },
  { name: "grants", title: "Grant tables", make: (ask) => new GrantsView(ask), live: true, beside: true },
  { name: "rings", title: "Shared rings", make: (ask) => new RingsView(ask), live: true, beside: true },
  { name: "store", title: "XenStore", make: (ask) => new StoreView(ask), live: true, beside: true },
  { name: "sched", title: "Scheduler", make: (ask) => new SchedView(ask), live: true, beside: true },
  { name: "cpu", title: "CPU and trap flow", make: (ask) => new CpuView(ask), live: true, beside: true },
  { name: "life", title: "Domain life", make: () => new LifeView() },
  { name: "history", title: "Time, as a list", make: (ask) => new HistoryView(ask), live: true, beside: true },
  { name: "builder", title: "Domain builder", make: (ask) => new BuilderView(ask), live: true, beside: true },
  { name: "time", title: "Time: three clocks", make: (ask) => new TimeView(ask), live: true, beside: true },
  { name: "translator", title: "Translator: code and heat", make: (ask) => new TranslatorView(ask), live: true },
];

/** What a chapter opens with: the machine as a whole at first, then the part that it is about. */
export function viewOfChapter(chapter) {
  const byChapter = { "00": "machine", "01": "cpu", "02": "cpu", "03": "walk", "04": "frames", "06": "time", "07": "builder", "08": "sched",
    "09": "grants", 10: "store", 11: "rings", 12: "rings", speed: "translator" };
  return byChapter[chapter] ?? "channels";
}

function mapView() {
  const { place, tables, show } = machineMap();
  return { picture: place, twin: tables, show };
}

/** A text twin that says what it was told last. It is only written while it can be seen: a guest that
    runs has a new text twenty times a second. */
export function textTwin() {
  const twin = element("pre", { class: "twin", tabindex: "0", "aria-label": "The same as text" });
  let latest = "";
  twin.reveal = () => say(twin, latest);
  return { twin, tell: (text) => {
    latest = text ?? "";
    if (!twin.hidden) twin.reveal();
  } };
}
