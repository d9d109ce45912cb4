"""Surveys."""

from __future__ import annotations

from accounts.contact_links import ContactPage, contact_pages
from accounts.loads import registry
from segmentation import (
    catalogue,
    registrations,  # noqa: F401 - announces the measures that get their facts here
)
from service.labels import surveys  # noqa: F401 - words for the audit
from service.loads.surveys import KINDS
from service.measures.surveys import SURVEYS

for kind in KINDS:
    registry.register(kind)
for measure in SURVEYS:
    catalogue.register(measure)

contact_pages["survey"] = ContactPage(
    find="service.queries.survey_links.survey_link",
    show="service.views.survey_page.survey_page",
    opens_in_floods=True,
)
