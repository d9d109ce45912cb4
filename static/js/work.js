// e and s on a list of work: of the rows that are checked, or else of the row where one is.
function takeRow() {
  if (document.querySelector(".row-box:checked")) return;
  const box = document.activeElement?.closest("tr")?.querySelector(".row-box");
  if (!box) return;
  box.checked = true;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

export function press(letter) {
  const target = document.querySelector(`[data-press="${letter}"]`);
  if (!target) return false;
  takeRow();
  if (target.tagName !== "SUMMARY") {
    target.click();
    return true;
  }
  // A menu that asks for something first: it is opened, and its first field is where one types.
  const menu = target.parentElement;
  menu.open = true;
  return menu.querySelector("input, select, textarea") ?? true;
}
