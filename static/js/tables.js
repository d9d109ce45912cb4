import { mark } from "./scrolling.js";

// The heading of a table stays on screen while the page scrolls, unless the table itself has to
// scroll sideways: a scrolling box would keep its heading to itself.
const fit = (wrap) => {
  const table = wrap.querySelector(":scope > table");
  if (!table) return;
  wrap.classList.toggle("table-fits", table.scrollWidth <= wrap.clientWidth);
  // Whether it scrolls has just been decided.
  mark(wrap);
};

const watch = new ResizeObserver((entries) => {
  for (const entry of entries) fit(entry.target.closest(".table-wrap"));
});

function start(root) {
  for (const wrap of root.querySelectorAll(".table-wrap")) {
    watch.observe(wrap);
    const table = wrap.querySelector(":scope > table");
    if (table) watch.observe(table);
  }
}

document.addEventListener("htmx:load", (event) => start(event.target.parentElement ?? document));
start(document);
