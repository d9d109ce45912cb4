"""Objects that further URLs are tried with, one module per noun: each has ``make(world)``, which makes
them in the world's open scope and gives them by name, and ``OBJECTS``: URL name → what stands in its
path, from the world; what was made is in ``world.further``."""

from types import ModuleType

from access_worlds import (
    account_files,
    cases,
    figures,
    goals,
    load_sources,
    mail,
    plays,
    renewals,
    report_templates,
    reports,
    requests,
    sources,
    surveys,
    tokens,
    touchpoints,
    webhooks,
    work,
)

MODULES: tuple[ModuleType, ...] = (
    account_files,
    cases,
    figures,
    goals,
    load_sources,
    mail,
    plays,
    renewals,
    report_templates,
    reports,
    requests,
    sources,
    surveys,
    tokens,
    touchpoints,
    webhooks,
    work,
)
