"""What this app contributes to the registries that screens, loads and nights are built from: one
module per noun, each imported here."""

from service.registrations import (  # noqa: F401
    account_files,
    api,
    case_loads,
    cases,
    notifications,
    plays,
    renewals,
    requests,
    surveys,
    webhooks,
    work,
)
