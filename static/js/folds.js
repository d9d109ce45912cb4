// Parts of a page that were folded or unfolded are found again as they were left: a cookie names those
// that differ from what the page would show, so that the server draws them right at once.
const COOKIE = "folded";
const YEAR = 365 * 24 * 60 * 60;

function turned() {
  const kept = document.cookie.split("; ").find((pair) => pair.startsWith(`${COOKIE}=`));
  return new Set((kept?.slice(COOKIE.length + 1) ?? "").split(".").filter(Boolean));
}

// A click, not "toggle": that is also told of what the page brings with it.
document.addEventListener("click", (event) => {
  const summary = event.target.closest?.("details[data-fold] > summary");
  if (!summary) return;
  const keys = turned();
  const key = summary.parentElement.dataset.fold;
  if (!keys.delete(key)) keys.add(key);
  document.cookie = `${COOKIE}=${[...keys].join(".")}; path=/; max-age=${YEAR}; SameSite=Lax`;
});
