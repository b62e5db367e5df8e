"use strict";
(function () {
  for (const box of document.querySelectorAll(".filter")) {
    const input = box.querySelector("input");
    const said = box.querySelector("output");
    const entries = Array.from(document.querySelectorAll(box.dataset.of));
    const apply = function () {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const entry of entries) {
        const text = (entry.dataset.words || entry.textContent).toLowerCase();
        entry.hidden = !words.every(function (word) { return text.includes(word); });
        shown += entry.hidden ? 0 : 1;
        const around = entry.parentElement.closest("details");
        if (words.length && around && !entry.hidden) { around.open = true; }
      }
      said.textContent = words.length ? shown + " of " + entries.length : "";
    };
    input.addEventListener("input", apply);
    box.hidden = false;
  }
  const open = function () {
    let at = null;
    try { at = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch (error) { return; }
    for (let up = at; up; up = up.parentElement) {
      if (up.tagName === "DETAILS") { up.open = true; }
    }
    if (at) { at.scrollIntoView(); }
  };
  window.addEventListener("hashchange", open);
  if (location.hash) { open(); }
})();
