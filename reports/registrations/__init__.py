"""What this app contributes to the registries that screens are built from, a module per noun."""

from reports.registrations import (  # noqa: F401 - imports fill the registries
    figures,
    goals,
    internal,
    programs,
    reports,
    screens,
    webhooks,
)
