// Runs before the page is painted, so that a chosen theme does not flash the other one first.
(() => {
  const chosen = localStorage.getItem("xenarium.theme");
  if (chosen === "light" || chosen === "dark") {
    document.documentElement.dataset.theme = chosen;
  }
  // For a lecture hall: light, large, few facts at once (?projector).
  if (new URL(location.href).searchParams.has("projector")) {
    document.documentElement.dataset.theme = "light";
    document.documentElement.classList.add("projector");
  }
  document.documentElement.classList.add("scripted");
})();
