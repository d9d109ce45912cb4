"""What this app contributes to the registries that screens are built from, a module per noun."""

from reports.registrations import figures, reports, screens  # noqa: F401 - imports fill the registries
