// A week of effort by keyboard, as in a spreadsheet: arrows and Enter move from cell to cell, Esc
// takes back what was typed, a block is pasted at once. Without scripts the week is one form.
const CELL = "[data-week] input[type=text]";
const MOST_ROWS = 200;

const cellsOf = (row) => [...row.children].map((cell) => cell.querySelector("input[type=text]"));
const rowsOf = (cell) => [...cell.closest("tbody").rows];

function near(cell, down, right) {
  const rows = rowsOf(cell);
  let row = rows.indexOf(cell.closest("tr"));
  let column = cell.closest("td").cellIndex;
  // Over cells that are not open, in the same direction.
  for (;;) {
    row += down;
    column += right;
    const line = rows[row];
    if (!line || column < 0 || column >= line.cells.length) return null;
    const found = line.cells[column].querySelector("input[type=text]");
    if (found && found.offsetParent !== null) return found;
  }
}

function leads(event, cell) {
  switch (event.key) {
    case "ArrowUp":
      return [-1, 0];
    case "ArrowDown":
      return [1, 0];
    case "Enter":
      return [event.shiftKey ? -1 : 1, 0];
    case "ArrowLeft":
      return cell.selectionStart === 0 ? [0, -1] : null;
    case "ArrowRight":
      return cell.selectionEnd === cell.value.length ? [0, 1] : null;
    default:
      return null;
  }
}

document.addEventListener("focusin", (event) => {
  if (event.target.matches?.(CELL)) event.target.select();
});

document.addEventListener("keydown", (event) => {
  const cell = event.target.closest?.(CELL);
  if (!cell || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape") {
    event.preventDefault();
    const wasRefused = cell.ariaInvalid === "true";
    cell.value = cell.dataset.stored;
    cell.select();
    if (wasRefused) window.htmx.trigger(cell, "save");
    return;
  }
  const way = leads(event, cell);
  if (!way) return;
  event.preventDefault();
  const next = near(cell, ...way);
  if (event.key === "Enter" && (!next || cell.ariaInvalid === "true")) {
    // Nothing to move to, or it was refused: Enter saves what stands here.
    if (cell.ariaInvalid === "true" || cell.value !== cell.dataset.stored) {
      window.htmx.trigger(cell, "save");
      return;
    }
  }
  next?.focus();
});

document.addEventListener("paste", (event) => {
  const cell = event.target.closest?.(CELL);
  const text = event.clipboardData?.getData("text/plain").replace(/\r?\n$/, "") ?? "";
  if (!cell || !/[\t\n]/.test(text)) return;
  event.preventDefault();
  const rows = rowsOf(cell);
  const first = rows.indexOf(cell.closest("tr"));
  const column = cell.closest("td").cellIndex;
  let filled = 0;
  text
    .split(/\r?\n/)
    .slice(0, MOST_ROWS)
    .forEach((line, down) => {
      const row = rows[first + down];
      if (!row) return;
      const cells = cellsOf(row);
      line.split("\t").forEach((value, right) => {
        const target = cells[column + right];
        if (!target) return;
        target.value = value.trim().slice(0, target.maxLength);
        filled += 1;
      });
    });
  if (filled) window.htmx.trigger(cell.form, "block");
});
