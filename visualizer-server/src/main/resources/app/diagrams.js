// The stills: Mermaid draws each once for light or dark. Their source stays in the text below them.

import { isDark, onThemeChange } from "./appearance.js";
import { element } from "./dom.js";

let engine = null;
let drawn = 0;

/** Mermaid, loaded on first use and set to the page's colours. */
export async function mermaid() {
  engine ??= (await import("/webjars/mermaid/11.14.0/dist/mermaid.esm.min.mjs")).default;
  const sans = getComputedStyle(document.documentElement).getPropertyValue("--sans").trim();
  const colour = (light, dark) => (isDark() ? dark : light);
  engine.initialize({
    startOnLoad: false,
    securityLevel: "strict",
    theme: "base",
    htmlLabels: false,
    flowchart: { htmlLabels: false, curve: "basis", useMaxWidth: true, rankSpacing: 34, nodeSpacing: 40, padding: 12 },
    sequence: {
      useMaxWidth: true, mirrorActors: false, width: 156, actorMargin: 44, noteMargin: 12, wrapPadding: 14,
      actorFontSize: 14, messageFontSize: 14, noteFontSize: 13,
      actorFontFamily: sans, messageFontFamily: sans, noteFontFamily: sans,
    },
    themeVariables: {
      darkMode: isDark(),
      fontFamily: sans,
      fontSize: "15px",
      background: colour("#fcfbf8", "#14181d"),
      primaryColor: colour("#ffffff", "#222831"),
      primaryTextColor: colour("#1c2126", "#dfe4e9"),
      primaryBorderColor: colour("#7b8087", "#77818c"),
      secondaryColor: colour("#f3f2ed", "#1b2027"),
      tertiaryColor: colour("#f3f2ed", "#1b2027"),
      tertiaryBorderColor: colour("#d9d6cd", "#343c46"),
      lineColor: colour("#585f66", "#a0a9b3"),
      textColor: colour("#1c2126", "#dfe4e9"),
      noteBkgColor: colour("#fdf1dc", "#38301c"),
      noteTextColor: colour("#1c2126", "#dfe4e9"),
      noteBorderColor: colour("#9a6700", "#d9a441"),
      edgeLabelBackground: colour("#fcfbf8", "#14181d"),
    },
  });
  return engine;
}

/** Draws `source` into `place`; returns the svg, or null where Mermaid refused it. */
export async function draw(source, place) {
  try {
    const { svg } = await (await mermaid()).render(`still-${++drawn}`, source);
    place.innerHTML = svg;
    return place.querySelector("svg");
  } catch (problem) {
    console.error(problem);
    return null;
  }
}

export async function drawStills() {
  const stills = [...document.querySelectorAll("pre.mermaid")].map((pre) => ({ pre, source: pre.textContent, place: null }));
  if (stills.length === 0) return;
  const drawAll = async () => {
    for (const still of stills) {
      const place = element("div", { class: "drawn", tabindex: "0", role: "group", "aria-label": "Diagram" });
      if (await draw(still.source, place)) {
        (still.place ?? still.pre).replaceWith(place);
        still.place = place;
      }
    }
  };
  await drawAll();
  onThemeChange(drawAll);
}
