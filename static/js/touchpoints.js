// The entry of a touchpoint over the page that one is on: t, the note, Ctrl-Enter. Of the chosen row
// where it leads to a customer, else as the page's own button says, else of the customer whose page
// this is.
const CUSTOMER = /^(.*\/customers\/\d+\/)(?:$|timeline\/$|account-file\/)/;

function customerOf(element) {
  for (const link of element?.querySelectorAll("a[href]") ?? []) {
    const found = CUSTOMER.exec(new URL(link.href).pathname);
    if (found) return found[1];
  }
  return "";
}

function addressHere() {
  const row = document.activeElement?.closest("tr, [data-touch-row]");
  const customer = customerOf(row) || CUSTOMER.exec(location.pathname)?.[1];
  if (customer) return `${customer}touchpoints/new/`;
  // A page about something of a customer's: its own button leads there.
  return document.querySelector("a[data-touch]")?.href ?? "";
}

function dialog() {
  let found = document.getElementById("touch-dialog");
  if (!found) {
    found = document.createElement("dialog");
    found.id = "touch-dialog";
    found.className = "touch-dialog";
    found.setAttribute("aria-labelledby", "touch-dialog-title");
    document.body.append(found);
  }
  return found;
}

export function openTouchpoint(address = addressHere()) {
  if (!address || !window.htmx) return false;
  const shown = dialog();
  shown.replaceChildren();
  window.htmx
    .ajax("GET", address, { target: shown, swap: "innerHTML" })
    .then(() => {
      if (!shown.querySelector("form")) {
        location.assign(address);
        return;
      }
      if (!shown.open) shown.showModal();
      shown.querySelector("[data-quick]")?.focus();
    });
  return true;
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("a[data-touch]");
  if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (openTouchpoint(opener.href)) event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  const form = event.target.closest("form[data-quick-entry]");
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
});
