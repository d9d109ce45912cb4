// What scrolls sideways fades at its end while there is more: a phone shows no scroll bars.
const SIDEWAYS = ".table-wrap, .matrix-wrap, .rail, .tabs";

export function mark(box) {
  const left = box.scrollWidth - box.clientWidth - box.scrollLeft;
  box.classList.toggle("scrolls-on", left > 2 && getComputedStyle(box).overflowX !== "visible");
}

const watch = new ResizeObserver((entries) => {
  for (const entry of entries) mark(entry.target.closest(SIDEWAYS));
});

// What one is on is in sight, and that it goes on.
function show(box, here) {
  if (here) box.scrollLeft += here.getBoundingClientRect().right - box.getBoundingClientRect().right + here.offsetWidth;
}

function start(root) {
  for (const box of root.querySelectorAll(SIDEWAYS)) {
    watch.observe(box);
    if (box.firstElementChild) watch.observe(box.firstElementChild);
    box.addEventListener("scroll", () => mark(box), { passive: true });
    if (box.matches(".tabs")) show(box, box.querySelector("[aria-current]"));
  }
}

// The page one is on is in sight.
const here = document.querySelector(".rail a[aria-current]");
if (here) {
  const rail = here.closest(".rail");
  rail.scrollLeft += here.getBoundingClientRect().right - rail.clientWidth + here.offsetWidth;
}

document.addEventListener("htmx:load", (event) => start(event.target.parentElement ?? document));
start(document);
