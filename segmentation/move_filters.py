"""What a list of moves can be narrowed by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from segmentation.filter_choices import group_select
from segmentation.models import Move
from segmentation.queries.customer_groups import group_asked, in_group
from segmentation.ranks import sign_of
from segmentation.widgets import LongSelect

Rows = QuerySet[Any]


class MoveFilter(django_filters.FilterSet):
    """Over ``queries.moved.moves_of``."""

    direction = django_filters.ChoiceFilter(
        widget=LongSelect,
        label=_("Direction"),
        method="by_direction",
        empty_label=_("All"),
        choices=[
            ("worse", _("For the worse")),
            ("better", _("For the better")),
            ("other", _("Neither")),
        ],
    )
    kind = django_filters.ChoiceFilter(
        widget=LongSelect, label=_("What moved"), empty_label=_("All"), choices=Move.Kind.choices
    )
    cause = django_filters.ChoiceFilter(
        widget=LongSelect, label=_("Cause"), empty_label=_("All"), choices=Move.Cause.choices
    )

    group = django_filters.CharFilter(
        label=pgettext_lazy("customer group", "Group"), method="by_customer_group"
    )

    def __init__(
        self, *args: Any, groups: Mapping[int, str], on: date | None, **kwargs: Any
    ) -> None:
        """``groups``: the customer groups that the member may see; ``on``: the day of the night whose
        members count, None: those of now."""
        super().__init__(*args, **kwargs)
        self.groups, self.on = groups, on
        self.filters["group"].extra["widget"] = group_select(groups)

    def by_customer_group(self, moves: Rows, name: str, value: str) -> Rows:
        """Of the customers that were in the group that night."""
        found = group_asked(value, self.groups)
        if found is None:
            return moves.none()
        return moves.filter(customer__in=in_group(found, self.on).order_by().values("customer_id"))

    def by_direction(self, moves: Rows, name: str, value: str) -> Rows:
        return moves.filter(sign=sign_of(value))
