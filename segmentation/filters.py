"""What a list of customers can be narrowed by; screens and the API share it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Responsibility, Tenant
from segmentation.compute.schemes import SCHEMES
from segmentation.filter_choices import (
    NOBODY,
    NONE,
    OWNED,
    UNUSED,
    USED,
    Pairs,
    group_select,
    marked,
    payment_states,
    renewal_spans,
    with_asked,
    without,
)
from segmentation.models import Assignment, Move, Night, Scored
from segmentation.queries.customer_groups import group_asked, in_group, passed
from segmentation.queries.overview import PAYMENT_DAYS, Choices, silent_condition
from segmentation.queries.portfolio import SEGMENTS, faced_on, held_on
from segmentation.queries.stored import parse_day
from segmentation.queries.usage import owning, using
from segmentation.ranks import DirectionSign, sign_of
from segmentation.widgets import LongSelect

Rows = QuerySet[Any]

_EIGHT = ("key_", "general_")
_ELEVEN = [choice for choice in marked("segment") if not choice[0].startswith(_EIGHT)]


class PortfolioFilter(django_filters.FilterSet):
    """Over the rows of ``queries.portfolio.portfolio``, as of a night.

    What is asked for and makes no sense narrows nothing. The filters of ``BY_LINK`` have no field:
    they come by links from other screens.
    """

    BY_LINK = (
        "silent",
        "parent",
        "module",
        "use",
        "was",
        "was_stage",
        "was_eleven",
        "was_class8",
        *(f"tier_{scheme}" for scheme in SCHEMES),
        *(f"was_tier_{scheme}" for scheme in SCHEMES),
        "since",
        "moved",
        "reason",
        "entered",
        "left",
        "on",
    )

    q = django_filters.CharFilter(
        label=_("Search"),
        method="by_text",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name or key")}),
    )
    tier = django_filters.ChoiceFilter(
        widget=LongSelect, label=_("Tier"), method="by_word", empty_label=_("All"), choices=[]
    )
    stage = django_filters.ChoiceFilter(
        widget=LongSelect,
        label=_("Stage"),
        method="by_word",
        empty_label=_("All"),
        choices=marked("stage"),
    )
    segment = django_filters.ChoiceFilter(
        widget=LongSelect,
        label=_("Segment"),
        method="by_segment",
        empty_label=_("All"),
        choices=[
            (_("Eleven segments"), [*_ELEVEN, without()]),
            (_("Eight segments"), marked("segment", _EIGHT)),
        ],
    )
    face = django_filters.ChoiceFilter(
        widget=LongSelect, label=_("The face"), method="by_face", empty_label=_("All"), choices=[]
    )
    industry = django_filters.ChoiceFilter(
        widget=LongSelect,
        label=_("Industry"),
        field_name="customer__industry",
        empty_label=_("All"),
        choices=[],
    )
    region = django_filters.ChoiceFilter(
        widget=LongSelect,
        label=_("Region"),
        field_name="customer__region",
        empty_label=_("All"),
        choices=[],
    )
    renewal = django_filters.ChoiceFilter(
        widget=LongSelect,
        label=_("Renewal"),
        choices=renewal_spans,
        field_name="days_to_renewal",
        lookup_expr="lte",
        empty_label=_("Any"),
    )
    payment = django_filters.ChoiceFilter(
        widget=LongSelect,
        label=_("Payment"),
        method="by_payment",
        choices=payment_states,
        empty_label=_("Any"),
    )
    group = django_filters.CharFilter(
        label=pgettext_lazy("customer group", "Group"), method="by_customer_group"
    )
    silent = django_filters.BooleanFilter(method="by_silence")
    parent = django_filters.CharFilter(method="by_group")
    module = django_filters.CharFilter(method="by_module")
    was = django_filters.CharFilter(method="by_past")
    was_stage = django_filters.CharFilter(method="by_past")
    was_eleven = django_filters.CharFilter(method="by_past")
    was_class8 = django_filters.CharFilter(method="by_past")
    # The tier in another scheme than the one picked, now and then.
    tier_a = django_filters.CharFilter(method="by_word")
    tier_b = django_filters.CharFilter(method="by_word")
    tier_c = django_filters.CharFilter(method="by_word")
    was_tier_a = django_filters.CharFilter(method="by_past")
    was_tier_b = django_filters.CharFilter(method="by_past")
    was_tier_c = django_filters.CharFilter(method="by_past")
    moved = django_filters.ChoiceFilter(
        method="by_move", choices=[(word, word) for word in ("worse", "better", "other")]
    )
    reason = django_filters.CharFilter(field_name="standing__reason", lookup_expr="startswith")
    entered = django_filters.CharFilter(method="by_passage")
    left = django_filters.CharFilter(method="by_passage")

    def __init__(
        self,
        *args: Any,
        tenant: Tenant,
        night: Night,
        is_latest: bool,
        offered: Choices,
        tiers: Pairs,
        groups: Mapping[int, str],
        **kwargs: Any,
    ) -> None:
        """``offered``: faces, industries and regions to choose from; ``tiers``: of the scheme in
        force; ``groups``: the customer groups that the member may see."""
        super().__init__(*args, **kwargs)
        self.groups = groups
        self.filters["group"].extra["widget"] = group_select(groups)
        self.tenant, self.night, self.is_latest = tenant, night, is_latest
        self.filters["tier"].extra["choices"] = [*tiers, without()]
        for name, pairs in (
            ("face", [*offered.faces, (NOBODY, _("Nobody"))]),
            ("industry", [(word, word) for word in offered.industries]),
            ("region", [(word, word) for word in offered.regions]),
        ):
            self.filters[name].extra["choices"] = with_asked(pairs, self.data.get(name, ""))
        if self.data.get("view") == "list":
            # No room for labels there: what narrows nothing says what could be narrowed.
            for one in self.filters.values():
                if "empty_label" in one.extra:
                    one.extra["empty_label"] = one.label
            everybody = self.filters["group"].label
            self.filters["group"].extra["widget"] = group_select(groups, everybody=everybody)

    def by_text(self, rows: Rows, name: str, value: str) -> Rows:
        # A substring of a stored, case-folded text: no function an index or the planner could not
        # see through under row-level security.
        for word in value.lower().split():
            rows = rows.filter(customer__search_text__contains=word)
        return rows

    def by_word(self, rows: Rows, name: str, value: str) -> Rows:
        return rows.filter(**{name: "" if value == NONE else value})

    def by_segment(self, rows: Rows, name: str, value: str) -> Rows:
        return self.by_word(rows, "class8" if value.startswith(_EIGHT) else "eleven", value)

    def by_face(self, rows: Rows, name: str, value: str) -> Rows:
        spans = Responsibility.objects.filter(
            Q(to_on__isnull=True) if self.is_latest else faced_on(self.night.as_of)
        )
        if value == NOBODY:
            spans = spans.filter(colleague__isnull=True)
        elif value.isdecimal() and len(value) < 19:
            spans = spans.filter(colleague=value)
        else:
            return rows
        return rows.filter(customer__in=spans.order_by().values("customer_id"))

    def by_payment(self, rows: Rows, name: str, value: str) -> Rows:
        if value == "overdue":
            return rows.filter(payment_overdue_days__gt=0)
        return rows.filter(days_to_payment__lte=PAYMENT_DAYS)

    def by_silence(self, rows: Rows, name: str, value: bool) -> Rows:
        return rows.filter(silent_condition()) if value else rows

    def by_group(self, rows: Rows, name: str, value: str) -> Rows:
        return rows.filter(Q(customer__key=value) | Q(customer__parent__key=value))

    def by_customer_group(self, rows: Rows, name: str, value: str) -> Rows:
        # A word is no filter: the list rolled up by group of companies.
        if not value.isdecimal():
            return rows
        found = group_asked(value, self.groups)
        if found is None:
            return rows.none()
        spans = in_group(found, None if self.is_latest else self.night.as_of)
        return rows.filter(customer__in=spans.order_by().values("customer_id"))

    def by_passage(self, rows: Rows, name: str, value: str) -> Rows:
        """``entered`` or ``left`` a group on the night of the day ``on``."""
        day, found = parse_day(self.data.get("on", "")), group_asked(value, self.groups)
        if day is None or found is None:
            return rows.none()
        return rows.filter(customer__in=passed(found, day, has_entered=name == "entered"))

    def by_module(self, rows: Rows, name: str, value: str) -> Rows:
        use = self.data.get("use", OWNED)
        day, zone = self.night.as_of, self.tenant.zone
        if use == USED:
            return rows.filter(customer__in=using(value, day, zone))
        rows = rows.filter(customer__in=owning([value], day))
        return rows.exclude(customer__in=using(value, day, zone)) if use == UNUSED else rows

    def by_past(self, rows: Rows, name: str, value: str) -> Rows:
        """``was`` (a tier), ``was_stage``, ``was_eleven`` or ``was_tier_b`` on the day ``since``."""
        day = parse_day(self.data.get("since", ""))
        if day is None:
            return rows
        word = "tier" if name == "was" else name.removeprefix("was_")
        held: QuerySet[Any] = Assignment.objects.filter(held_on(day)).order_by()
        if word in SEGMENTS:
            held = Scored.objects.filter(as_of=day)
        # None is an answer of that day too: who was not yet known had no tier to be without.
        found = held.filter(**{word: "" if value == NONE else value})
        return rows.filter(customer__in=found.values("customer_id"))

    def by_move(self, rows: Rows, name: str, value: str) -> Rows:
        moves = Move.objects.filter(night=self.night).annotate(sign=DirectionSign())
        return rows.filter(
            customer__in=moves.filter(sign=sign_of(value)).order_by().values("customer_id")
        )
