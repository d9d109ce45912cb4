// A click anywhere on a row opens its a[data-row]; j and k move between them.
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
  const row = document.activeElement?.closest("tr");
  const current = links.findIndex((link) => link.closest("tr") === row);
  const next = current < 0 ? (step > 0 ? 0 : links.length - 1) : current + step;
  const link = links[Math.min(links.length - 1, Math.max(0, next))];
  link.focus({ preventScroll: true, focusVisible: true });
  link.scrollIntoView({ block: "nearest" });
  return true;
}
