// [data-opens="id"] opens a <dialog>; [data-closes] and a click beside it close it.
export function open(id) {
  const dialog = document.getElementById(id);
  if (dialog instanceof HTMLDialogElement && !dialog.open) {
    dialog.showModal();
    return true;
  }
  return false;
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener && open(opener.dataset.opens)) {
    event.preventDefault();
    return;
  }
  if (event.target.closest("[data-closes]") || event.target instanceof HTMLDialogElement) {
    event.target.closest("dialog")?.close();
  }
});
