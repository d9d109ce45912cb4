// In a calendar one day is reached by Tab, the others by the arrow keys; without it all by Tab.
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

function prepare() {
  for (const calendar of document.querySelectorAll("[data-calendar]")) {
    const days = [...calendar.querySelectorAll("a")];
    const first = days.find((day) => day.ariaCurrent === "date") ?? days[0];
    for (const day of days) day.tabIndex = day === first ? 0 : -1;
  }
}

document.addEventListener("keydown", (event) => {
  const day = event.target.closest?.("[data-calendar] a");
  if (!day || event.ctrlKey || event.metaKey || event.altKey) return;
  const days = [...day.closest("[data-calendar]").querySelectorAll("a")];
  const place = days.indexOf(day);
  const row = [...day.closest("tr").querySelectorAll("a")];
  let next;
  if (event.key in STEPS) next = days[place + STEPS[event.key]];
  else if (event.key === "Home") next = row[0];
  else if (event.key === "End") next = row.at(-1);
  else return;
  event.preventDefault();
  if (!next) return;
  day.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
});

document.addEventListener("htmx:load", prepare);
prepare();
