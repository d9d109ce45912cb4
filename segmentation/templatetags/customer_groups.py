"""What a night says of customer groups: ``{% load customer_groups %}``."""

from __future__ import annotations

from typing import Any

from django.template import Context, Library

from segmentation.models import Night
from segmentation.views.customer_group_nights import groups_of_night

register = Library()


@register.inclusion_tag("segmentation/customer_groups/night.html", takes_context=True)
def night_groups(context: Context, night: Night) -> dict[str, Any]:
    """How many entered and left each group that the reader may see; nothing where there is none."""
    return {"rows": groups_of_night(night, context["request"].membership)}
