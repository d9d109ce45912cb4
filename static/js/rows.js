// A click anywhere on a row opens its a[data-row]; j and k move between them, x chooses one.
const INTERACTIVE = "a, button, input, select, textarea, label, summary, [popover]";

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.target.closest(INTERACTIVE)) return;
  const link = event.target.closest("tr")?.querySelector("a[data-row]");
  if (!link || getSelection()?.toString()) return;
  if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
  else link.click();
});

export function moveRow(step) {
  const links = [...document.querySelectorAll("a[data-row]")].filter(
    (link) => link.offsetParent !== null,
  );
  if (!links.length) return false;
  // On a board a row is the card of a list.
  const row = document.activeElement?.closest("tr, li");
  const current = row ? links.findIndex((link) => link.closest("tr, li") === row) : -1;
  const next = current < 0 ? (step > 0 ? 0 : links.length - 1) : current + step;
  const link = links[Math.min(links.length - 1, Math.max(0, next))];
  link.focus({ preventScroll: true, focusVisible: true });
  link.scrollIntoView({ block: "nearest" });
  return true;
}

export function chooseRow() {
  const box = document.activeElement?.closest("tr")?.querySelector(".row-box");
  if (!box) return false;
  box.checked = !box.checked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

// How many rows are chosen, and one box for all of a page.
function count() {
  const boxes = [...document.querySelectorAll(".row-box")];
  const chosen = boxes.filter((box) => box.checked).length;
  for (const place of document.querySelectorAll("[data-chosen]")) {
    place.textContent = chosen;
    place.hidden = !chosen;
  }
  for (const all of document.querySelectorAll("[data-choose-page]")) {
    all.hidden = !boxes.length;
    const box = all.querySelector("input");
    box.checked = chosen > 0 && chosen === boxes.length;
    box.indeterminate = chosen > 0 && chosen < boxes.length;
  }
}

document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-choose-page]");
  if (all) {
    for (const box of document.querySelectorAll(".row-box")) box.checked = event.target.checked;
  }
  if (all || event.target.matches(".row-box")) count();
});

document.addEventListener("htmx:load", count);
count();
