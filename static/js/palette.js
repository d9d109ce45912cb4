// Ctrl-K: the pages of the navigation are filtered here, customers come from the search by htmx.
const palette = document.getElementById("palette");

if (palette) {
  const input = palette.querySelector("input");
  const pages = [...palette.querySelectorAll("[data-palette-pages] li")];
  const shown = () =>
    [...palette.querySelectorAll("li a")].filter((link) => link.offsetParent !== null);

  input.addEventListener("input", () => {
    const words = input.value.trim().toLocaleLowerCase();
    for (const page of pages) {
      page.hidden = !page.textContent.toLocaleLowerCase().includes(words);
    }
  });

  palette.querySelector("form").addEventListener("submit", (event) => {
    const first = shown()[0];
    if (!first) return;
    event.preventDefault();
    first.click();
  });

  palette.addEventListener("keydown", (event) => {
    // A search field would only empty itself, and ask for a second one.
    if (event.key === "Escape" && !event.isComposing) {
      event.preventDefault();
      palette.close();
      return;
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const links = shown();
    if (!links.length) return;
    event.preventDefault();
    const here = links.indexOf(document.activeElement);
    const next = here + (event.key === "ArrowDown" ? 1 : -1);
    if (next < 0) input.focus();
    else links[Math.min(next, links.length - 1)].focus({ focusVisible: true });
  });

  // A link to a part of this page loads nothing, so the dialog has to go by itself.
  palette.addEventListener("click", (event) => {
    if (event.target.closest("li a")) palette.close();
  });

  palette.addEventListener("close", () => {
    input.value = "";
    for (const page of pages) page.hidden = false;
    palette.querySelector("#palette-results").replaceChildren();
  });
}
