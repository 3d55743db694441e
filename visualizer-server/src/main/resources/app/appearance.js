// Light or dark: the system's choice until the reader makes one.

import { button } from "./dom.js";

const changed = [];

/** Whether the page is dark just now. */
export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

/** Calls back whenever light and dark change places. */
export function onThemeChange(heard) {
  changed.push(heard);
}

export function addThemeSwitch() {
  const toggle = button("", "", () => {
    const next = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    localStorage.setItem("xenarium.theme", next);
    refresh();
  }, { class: "plain" });
  const refresh = () => {
    const words = isDark() ? "Light page" : "Dark page";
    toggle.textContent = isDark() ? "☀" : "☾";
    toggle.title = words;
    toggle.setAttribute("aria-label", words);
    for (const heard of changed) heard();
  };
  refresh();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", refresh);
  document.getElementById("top-end").append(toggle);
}
