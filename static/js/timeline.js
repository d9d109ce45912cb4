// Bars of a plan by keyboard: arrows move a task or its end by a working day, the server answers
// with the timeline as it then is. Without scripts a bar is a link to its task.
const STEPS = { ArrowLeft: -1, ArrowRight: 1 };
let focused = null; // key of the bar that has the focus, over a swap
let scrolled = 0;
let busy = false;
let pressed = null; // what was pressed while the server was answering: {undo, key, days, longer}

const bars = () => [...document.querySelectorAll("#timeline .gantt-bar")];

function prepare() {
  const every = bars();
  const reached = every.find((bar) => bar.dataset.key === focused) ?? every[0];
  for (const bar of every) bar.setAttribute("tabindex", bar === reached ? "0" : "-1");
}

function send(bar, days, longer) {
  const form = document.getElementById("timeline-move");
  if (!form) return;
  busy = true;
  scrolled = document.querySelector("#timeline .gantt").scrollLeft;
  const query = new URLSearchParams(location.search);
  query.delete("moved");
  window.htmx.ajax("POST", `${form.dataset.url}tasks/${bar.dataset.key}/moves/?${query}`, {
    target: "#timeline",
    select: "#timeline",
    swap: "outerHTML show:none",
    values: { days, longer, seen: bar.dataset.version },
  });
}

function takeBack() {
  const undo = document.querySelector("#timeline form[data-undo-move]");
  if (!undo) return false;
  busy = true;
  undo.requestSubmit();
  return true;
}

document.addEventListener("focusin", (event) => {
  const bar = event.target.closest?.("#timeline .gantt-bar");
  if (!bar) return;
  focused = bar.dataset.key;
  prepare();
});

document.addEventListener("keydown", (event) => {
  const bar = event.target.closest?.("#timeline .gantt-bar");
  if (!bar || event.altKey) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "z") {
    if (busy) {
      // What has not been sent yet is not sent; otherwise the answer on its way is taken back.
      event.preventDefault();
      pressed = pressed?.days || pressed?.longer ? null : { undo: true };
    } else if (takeBack()) event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.metaKey) return;
  if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    event.preventDefault();
    const every = bars();
    every[every.indexOf(bar) + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
    return;
  }
  // A gate is a mark without a version: its day is changed on its page.
  if (bar.dataset.version === "0") return;
  if (!(event.key in STEPS) || !document.getElementById("timeline-move")) return;
  event.preventDefault();
  const [days, longer] = event.shiftKey ? [0, STEPS[event.key]] : [STEPS[event.key], 0];
  if (busy) {
    const key = bar.dataset.key;
    if (pressed?.key !== key) pressed = { undo: pressed?.undo, key, days: 0, longer: 0 };
    pressed.days += days;
    pressed.longer += longer;
    return;
  }
  send(bar, days, longer);
});

// A refused change is shown, not dropped: the answer says why and holds what was typed.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status !== 409) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
  if (event.detail.target.id === "timeline") pressed = null;
});

document.addEventListener("htmx:afterSettle", () => {
  const timeline = document.getElementById("timeline");
  if (!timeline || !busy) return;
  busy = false;
  prepare();
  const frame = timeline.querySelector(".gantt");
  if (frame) frame.scrollLeft = scrolled;
  const bar = document.getElementById(`bar-${focused}`);
  bar?.focus({ preventScroll: true });
  const more = pressed;
  pressed = null;
  if (more?.undo && takeBack()) {
    pressed = { ...more, undo: false };
    return;
  }
  if (bar && more?.key === focused && (more.days || more.longer)) {
    send(bar, more.days, more.longer);
    return;
  }
  const said = timeline.dataset.said || document.getElementById("messages")?.textContent.trim();
  document.getElementById("timeline-said").textContent = `${bar?.ariaLabel ?? ""}. ${said ?? ""}`;
});

document.addEventListener("htmx:sendError", () => {
  busy = false;
});
document.addEventListener("htmx:load", prepare);
prepare();
