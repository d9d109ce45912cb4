// A link to a list names only the filters that are set.
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches(".filter-bar")) return;
  const { parameters } = event.detail;
  for (const name of Object.keys(parameters)) {
    if (parameters[name] === "") delete parameters[name];
  }
});
