"""What this app contributes to the registries that screens are built from, a module per noun."""

from reports.registrations import screens  # noqa: F401 - filling the registries is what imports do
