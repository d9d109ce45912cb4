"""Surveys."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.contact_links import ContactPage, contact_pages
from accounts.loads import registry
from segmentation import (
    catalogue,
    registrations,  # noqa: F401 - announces the measures that get their facts here
)
from service.actions.survey_steps import ask_by_steps, survey_choices
from service.labels import surveys  # noqa: F401 - words for the audit
from service.loads.surveys import KINDS
from service.measures.surveys import SURVEYS
from service.triggers import StepKind, step_kinds
from ui.registry import (
    Block,
    NavigationItem,
    TimelineSource,
    customer_panels,
    customer_timeline,
    navigation,
)

for kind in KINDS:
    registry.register(kind)
for measure in SURVEYS:
    catalogue.register(measure)

contact_pages["survey"] = ContactPage(
    find="service.queries.survey_links.survey_link",
    show="service.views.survey_page.survey_page",
    opens_in_floods=True,
)

navigation.register(
    NavigationItem(
        _("Surveys"), "surveys", "message-circle-question-mark", "view_surveys", 27,
        prefix="/surveys/",
    )
)  # fmt: skip
customer_panels.register(
    Block(
        "surveys",
        "service/surveys/panel.html",
        "service.views.survey_panels.surveys_panel",
        45,
        _("Surveys"),
        part="voice",
    )
)
customer_timeline.register(
    TimelineSource(
        "surveys",
        _("Surveys"),
        "message-circle-question-mark",
        "service.views.survey_panels.surveys_feed",
        60,
        ability="view_surveys",
    )
)

step_kinds["survey"] = StepKind(
    "survey", _("Ask a survey"), opened=ask_by_steps, choices=survey_choices
)
