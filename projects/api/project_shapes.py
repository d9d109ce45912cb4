"""What programs send to make projects and their plans."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest.values import Named, colleagues
from projects.actions.templates import version_for_plans
from projects.api.ground import LANGUAGES, KeyField, PlanDay
from projects.models import PlanTemplateVersion

EXAMPLE = {
    "customer": "C-1042", "name": "Payroll rollout", "manager": None, "starts_on": "2026-08-03",
    "template": "standard", "language": "en",
}  # fmt: skip


@extend_schema_serializer(examples=[OpenApiExample("By a template", {"template": "standard"})])
class FromTemplate(serializers.Serializer[Any]):
    """The template that a plan is made from, and the language of its words."""

    template = KeyField(help_text="Key of a plan template that was published.")
    language = serializers.ChoiceField(LANGUAGES, default="en")


@extend_schema_serializer(examples=[OpenApiExample("A project", EXAMPLE, request_only=True)])
class NewProject(FromTemplate):
    """A project of a customer, planned from a template; it is due on the plan's last day."""

    customer = KeyField(help_text="Key of the customer.")
    name = serializers.CharField(max_length=300)
    key = serializers.CharField(
        max_length=200, required=False, allow_blank=True, default="",
        help_text="As your files name it; empty: one is made.",
    )  # fmt: skip
    manager = Named(
        among=colleagues, required=False, default=None, max_length=200,
        help_text="Key of the project manager.",
    )  # fmt: skip
    starts_on = PlanDay()


def version_of(template: str, language: str) -> PlanTemplateVersion:
    """What plans are made from by the key of a template.

    Raises:
        ValidationError: there is none, or it was never published.
    """
    found = version_for_plans(key=template, language=language)
    if found is None:
        raise serializers.ValidationError(
            {"template": [_("No template that was published has this key.")]}
        )
    return found
