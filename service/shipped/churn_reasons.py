"""Why customers leave: the list that every tenant starts with, by key."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

REASONS = {
    "function": _("Function short of expectation"),
    "response": _("Slow response"),
    "incentive": _("No long-term incentive"),
    "price": _("Price"),
    "organisation": _("Organisation change"),
    "other": _("Other"),
}
