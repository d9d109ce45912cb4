// A figure explains itself on hover and focus; the button of the panel serves touch and no script.
const WAIT_MS = 200;
const GAP = 6;
const EDGE = 8;
let waiting = 0;

function place(panel, anchor) {
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = panel;
  const below = box.bottom + GAP;
  const top = below + height > innerHeight - EDGE ? box.top - GAP - height : below;
  const left = Math.min(box.left, innerWidth - EDGE - width);
  panel.style.top = `${Math.max(EDGE, top)}px`;
  panel.style.left = `${Math.max(EDGE, left)}px`;
  panel.style.margin = "0";
}

const panelOf = (element) => element.querySelector(".why-panel");

function show(why) {
  const panel = panelOf(why);
  if (panel && !panel.matches(":popover-open")) panel.showPopover();
}

function hide(why) {
  const panel = panelOf(why);
  if (panel?.matches(":popover-open") && !why.matches(":hover, :focus-within")) {
    panel.hidePopover();
  }
}

document.addEventListener(
  "toggle",
  (event) => {
    if (!event.target.matches?.(".why-panel")) return;
    const open = event.newState === "open";
    const why = event.target.closest(".why");
    why.querySelector(".why-button")?.setAttribute("aria-expanded", String(open));
    if (open) place(event.target, why);
  },
  true,
);

document.addEventListener("pointerover", (event) => {
  const why = event.target.closest?.(".why");
  clearTimeout(waiting);
  if (why && event.pointerType === "mouse") waiting = setTimeout(() => show(why), WAIT_MS);
});

document.addEventListener("pointerout", (event) => {
  const why = event.target.closest?.(".why");
  if (!why || why.contains(event.relatedTarget)) return;
  setTimeout(() => hide(why), WAIT_MS);
});

document.addEventListener("focusin", (event) => {
  const why = event.target.closest?.(".why");
  if (why && event.target.matches(":focus-visible")) show(why);
});

document.addEventListener("focusout", (event) => {
  const why = event.target.closest?.(".why");
  if (why && !why.contains(event.relatedTarget)) setTimeout(() => hide(why), 0);
});
