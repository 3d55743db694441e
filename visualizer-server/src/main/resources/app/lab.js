// The lab beside the text: its files in an editor, its tasks with hints, its checks, and afterwards
// our own version to compare with.

import { checks } from "./check.js";
import { element, say } from "./dom.js";
import { get, post } from "./machine.js";
import { taskList } from "./tasks.js";

export function labPanel(lab) {
  const files = element("div", { class: "files" });
  const tasks = taskList(lab);
  const editors = new Map();
  const check = checks(lab, {
    before: () => saveAll(editors),
    after: (verdict) => {
      for (const { editor } of editors.values()) editor.complain(verdict.complaints ?? []);
      const first = verdict.complaints?.[0];
      if (first) show(editors, first.file)?.goToLine(first.line);
      if (verdict.tasks?.length) tasks.earned(verdict.tasks);
    },
  });
  const panel = element("section", { class: "check", "aria-label": `Lab ${lab}` }, check.head, files, check.body, tasks.list);
  whenNear(panel, () => open(lab, files, editors, tasks));
  showCase(lab, check.look);
  return panel;
}

/** The address of a failing check names the case. */
function showCase(lab, look) {
  const address = new URL(location.href);
  const token = address.searchParams.get("replay");
  if (!token?.startsWith(`xn1:${lab}:`)) return;
  address.searchParams.delete("replay");
  window.history.replaceState(null, "", address);
  look(token);
}

/** The editor is half a megabyte that a reader who does no lab need not wait for. */
function whenNear(panel, begin) {
  const watch = new IntersectionObserver((seen) => {
    if (!seen.some((one) => one.isIntersecting)) return;
    watch.disconnect();
    begin();
  }, { rootMargin: "400px" });
  watch.observe(panel);
}

async function open(lab, place, editors, tasks) {
  try {
    const [opened, { FileEditor }] = await Promise.all([get(`/api/lab?lab=${lab}`), import("./editor.js")]);
    const tabs = element("div", { class: "tabs", role: "tablist", "aria-label": "Files of the lab" });
    place.replaceChildren(tabs);
    for (const file of opened.files) {
      const box = element("div", { role: "tabpanel", id: `file-${file.file}`, "aria-label": file.file, hidden: true });
      const tab = element("button", { type: "button", role: "tab", "aria-controls": `file-${file.file}`, click: () => show(editors, file.file) }, file.file);
      tabs.append(tab);
      place.append(box);
      const editor = new FileEditor(lab, file, box);
      box.append(links(editor), history(lab, editor), comparison(lab, editor));
      editors.set(file.file, { tab, box, editor });
    }
    show(editors, opened.files[0].file);
    tasks.fill(opened.tasks, (task) => findTask(editors, task));
  } catch (problem) {
    say(place, `The lab's files cannot be shown: ${problem.message}`);
  }
}

function show(editors, name) {
  for (const [file, { tab, box }] of editors) {
    tab.setAttribute("aria-selected", String(file === name));
    box.hidden = file !== name;
  }
  return editors.get(name)?.editor;
}

async function saveAll(editors) {
  const saved = await Promise.all([...editors.values()].map(({ editor }) => editor.save()));
  if (saved.includes(false)) throw new Error("Not everything is saved yet; see above the editor's history.");
}

/** Where a task's place in the code is still marked, goes there. */
function findTask(editors, task) {
  for (const [name, { editor }] of editors) {
    const at = editor.text.indexOf(`"${task}"`);
    if (at >= 0) {
      show(editors, name).goTo(at);
      return;
    }
  }
}

/** Links that IDEs listen to; the line is the one where the cursor is when the link is followed. */
function links(editor) {
  const link = (words, address) => element("a", { href: address(1), click: (event) => { event.currentTarget.href = address(editor.line); } }, words);
  const path = editor.path.split("/").map(encodeURIComponent).join("/");
  return element("p", { class: "small" }, "Open in ",
    link("VS Code", (line) => `vscode://file${path}:${line}`), " or ",
    link("IntelliJ IDEA", (line) => `idea://open?file=${path}&line=${line}`),
    ". Both ways work: what you save there is shown here.");
}

function history(lab, editor) {
  const list = element("ol", { class: "older" });
  const shown = element("div", { class: "older-text" });
  const query = new URLSearchParams({ lab, file: editor.name });
  const fold = element("details", { class: "older-texts", toggle: () => { if (fold.open) fill(); } },
    element("summary", {}, "Older texts"), list, shown);
  const fill = async () => {
    const kept = await get(`/api/lab/history?${query}`).catch(() => []);
    shown.replaceChildren();
    list.replaceChildren(...kept.map((one) => element("li", {},
      element("button", { type: "button", class: "link", click: () => look(one) }, new Date(one.millis).toLocaleString()), ` ${one.lines} lines`)));
    if (kept.length === 0) list.append(element("li", {}, "None yet: a text is kept whenever another takes its place."));
  };
  const look = async (one) => {
    const { text } = await get(`/api/lab/older?${query}&id=${one.id}`);
    shown.replaceChildren(
      element("button", { type: "button", click: () => restore(text) }, "Put this text back"),
      element("pre", { tabindex: "0", "aria-label": "The older text" }, text));
  };
  const restore = async (text) => {
    await post("/api/lab/keep", { lab, file: editor.name, text: editor.text });
    editor.replace(text);
    await editor.save();
    fill();
  };
  return fold;
}

function comparison(lab, editor) {
  const place = element("div", { class: "comparison", tabindex: "0", role: "region", "aria-label": "Yours beside the reference" });
  const fold = element("details", { toggle: () => { if (fold.open) fill(); } }, element("summary", {}, "Beside the reference"), place);
  const fill = async () => {
    try {
      const rows = await get(`/api/lab/comparison?${new URLSearchParams({ lab, file: editor.name })}`);
      place.replaceChildren(element("table", { class: "diff" },
        element("caption", {}, "− is yours, + is ours; lines that are equal in both are quiet."),
        element("tbody", {}, ...rows.flatMap(rowsOf))));
    } catch (problem) {
      say(place, problem.message);
    }
  };
  return fold;
}

function rowsOf({ kind, mine, reference }) {
  const row = (sign, text, name) => element("tr", { class: name }, element("th", { scope: "row" }, sign), element("td", {}, text));
  if (kind === "equal") return [row("", mine, "same")];
  return [kind === "insert" ? null : row("−", mine, "minus"), kind === "delete" ? null : row("+", reference, "plus")].filter(Boolean);
}
