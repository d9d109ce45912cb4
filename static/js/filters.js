// A link to a list names only the filters that are set.
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches(".filter-bar")) return;
  const { parameters } = event.detail;
  for (const name of Object.keys(parameters)) {
    if (parameters[name] === "") delete parameters[name];
  }
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches(".filter-bar") || event.target.hasAttribute("hx-get")) return;
  for (const field of event.target.elements) {
    if (field.value === "" && field.name) field.disabled = true;
  }
});
