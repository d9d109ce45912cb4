// Shortcuts. Single letters can be switched off in the dialog that lists them (WCAG 2.1.4).
import { open } from "./dialogs.js";
import { chooseRow, moveRow } from "./rows.js";
import { openTouchpoint } from "./touchpoints.js";
import { press } from "./work.js";

const OFF = "tenure.single-keys-off";
const PREFIX_MS = 1500;
let prefixUntil = 0;

const isOff = () => {
  try {
    return localStorage.getItem(OFF) === "1";
  } catch {
    return false; // a browser that keeps nothing
  }
};

const isTyping = (target) =>
  target instanceof Element &&
  (target.closest("input:not([type=checkbox], [type=radio]), textarea, select") ||
    target.isContentEditable);

const single = {
  "/": () => document.querySelector("[data-search]"),
  "?": () => open("shortcuts"),
  j: () => moveRow(1),
  k: () => moveRow(-1),
  x: () => chooseRow(),
  t: () => openTouchpoint(),
  e: () => press("e"),
  s: () => press("s"),
  g: () => {
    prefixUntil = Date.now() + PREFIX_MS;
    return true;
  },
};

function goTo(letter) {
  const link = [...document.querySelectorAll("a[data-key]")].find(
    (candidate) => candidate.dataset.key === letter,
  );
  link?.click();
  return Boolean(link);
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    if (open("palette")) event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]") || isOff()) return;
  if (prefixUntil > Date.now()) {
    prefixUntil = 0;
    if (goTo(event.key)) event.preventDefault();
    return;
  }
  const result = single[event.key]?.();
  if (!result) return;
  event.preventDefault();
  if (result instanceof HTMLElement) {
    result.focus();
    result.select?.();
  }
});

for (const box of document.querySelectorAll("[data-single-keys]")) {
  box.checked = !isOff();
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(OFF, box.checked ? "0" : "1");
    } catch {
      // Nothing is kept: the shortcuts stay as they are.
    }
  });
}
