// Buttons that only scripts can serve: they are hidden until here.
function reveal(root) {
  for (const button of root.querySelectorAll("[data-copy][hidden], [data-close][hidden]")) {
    button.hidden = false;
  }
}

document.addEventListener("click", async (event) => {
  const close = event.target.closest("[data-close]");
  if (close) {
    close.closest(close.dataset.close)?.remove();
    return;
  }
  const copy = event.target.closest("[data-copy]");
  if (!copy) return;
  const field = document.getElementById(copy.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    return; // not allowed here; the text is selected, and the keyboard copies it
  }
  const words = copy.querySelector("span");
  const before = words.textContent;
  words.textContent = copy.dataset.copied;
  setTimeout(() => {
    words.textContent = before;
  }, 2000);
});

document.addEventListener("htmx:load", (event) => reveal(event.target));
reveal(document);
