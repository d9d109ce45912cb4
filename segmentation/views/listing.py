"""A portfolio as an address asks for it: night, scope, filters, order, columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import Membership, Tenant
from segmentation.charts import tiers_in_force
from segmentation.compute.schemes import SCHEMES
from segmentation.filter_choices import NONE, OWNED, UNUSED, USED, marked
from segmentation.filters import PortfolioFilter
from segmentation.labels import SCHEMES as SCHEME_WORDS
from segmentation.models import Night
from segmentation.queries.customer_groups import group_asked, group_names
from segmentation.queries.overview import Choices, choices
from segmentation.queries.portfolio import Row, all_rows, page_rows, portfolio
from segmentation.queries.rules import schemes_shown
from segmentation.queries.scopes import Scope, scope_of
from segmentation.queries.stored import (
    day_asked,
    is_another,
    night_shown,
    offered_nights,
    parse_day,
)
from segmentation.views.columns import Shown, chosen_columns
from ui import formats
from ui.palette import mark_for
from ui.tables import Table
from ui.tags.formats import language

ROLLED_UP = "parent"


@dataclass(frozen=True)
class Pill:
    """A filter that came by a link: what it says, and the address without it."""

    label: str
    url: str


@dataclass(frozen=True)
class Listing:
    """``rows``: what the filters leave of ``every``, all customers of the scope that night;
    ``schemes``: those that are shown, the one that gives the tier first."""

    scope: Scope
    nights: list[Night]
    night: Night
    is_latest: bool
    asked: QueryDict
    offered: Choices
    every: QuerySet[Any]
    filter: PortfolioFilter
    columns: list[Shown]
    schemes: list[str]
    table: Table

    @property
    def rows(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.filter.qs
        return rows

    @property
    def is_rolled_up(self) -> bool:
        """A row per group of companies (集团) instead of per customer."""
        return self.asked.get("group") == ROLLED_UP

    @property
    def is_unfiltered(self) -> bool:
        names = set(self.filter.filters) | set(self.filter.BY_LINK)
        if self.is_rolled_up:
            names.discard("group")
        return not any(self.asked.get(name) for name in names)

    @property
    def kept_names(self) -> str:
        """What the filters keep of the address beside their own fields."""
        names = ["sort", "scope", "as_of", "night", "columns", *self.filter.BY_LINK]
        return " ".join([*names, "group"] if self.is_rolled_up or not self.filter.groups else names)

    @property
    def keys(self) -> set[str]:
        """Keys of the columns shown."""
        return {shown.key for shown in self.columns}

    @property
    def is_only_list(self) -> bool:
        """The rows alone, low ones: without what moved and what waits above them."""
        return self.asked.get("view") == "list"

    @property
    def is_other_night(self) -> bool:
        """Whether the address asks for a day of which there is no night."""
        return is_another(self.night, day_asked(self.asked))

    @property
    def group_id(self) -> int | None:
        """The customer group that the rows are narrowed to."""
        return group_asked(self.asked.get("group", ""), self.filter.groups)

    @property
    def narrowed(self) -> Scope:
        """The scope's customers who were in that group that night; without one all of them."""
        return self.scope.within(self.group_id, None if self.is_latest else self.night.as_of)

    def page(self) -> list[Row]:
        return page_rows(self.rows, self.table.order_by, self.table.slice)

    def export(self) -> list[Row]:
        return all_rows(self.rows, self.table.order_by)

    @property
    def kept_pairs(self) -> list[tuple[str, str]]:
        """What a form that changes the columns keeps."""
        return [pair for pair in self.table.parameters if pair[0] not in {"columns", "page"}]

    @property
    def pills(self) -> list[Pill]:
        """The filters that came by links, in words."""
        return [
            Pill(label, self.table.url(**dict.fromkeys(names)))
            for label, names in [
                *_told({name: str(value) for name, value in self.asked.items()}),
                *self._passages(),
            ]
        ]

    def _passages(self) -> list[tuple[str, tuple[str, ...]]]:
        """Who entered or left a customer group on a night."""
        day = parse_day(self.asked.get("on", ""))
        told: list[tuple[str, tuple[str, ...]]] = []
        for name, words in (
            ("entered", _("entered “%(group)s” on %(day)s")),
            ("left", _("left “%(group)s” on %(day)s")),
        ):
            found = group_asked(self.asked.get(name, ""), self.filter.groups)
            if found is not None and day is not None:
                shown = formats.short_date(day, language())
                text = words % {"group": self.filter.groups[found], "day": shown}
                told.append((text, (name, "on")))
        return told


def read_listing(
    tenant: Tenant,
    membership: Membership,
    asked: QueryDict,
    *,
    rows_per_page: int,
    groups: Mapping[int, str] | None = None,
    scope: Scope | None = None,
) -> Listing | None:
    """None before the first night. ``scope``: as the page has it already. ``groups``: those that can
    be asked for; None: every one in use that the member may see. Costs a query for the nights, two
    for what filters offer (of the whole tenant remembered), one to count."""
    nights = offered_nights()
    night = night_shown(day_asked(asked), nights)
    if night is None:
        return None
    is_latest = night == nights[0]
    scope = scope or scope_of(membership, asked.get("scope", ""))
    offered = choices(scope)
    in_force = tiers_in_force(night)
    every = portfolio(scope, night, is_latest=is_latest)
    filter_ = PortfolioFilter(
        asked,
        queryset=every,
        tenant=tenant,
        night=night,
        is_latest=is_latest,
        offered=offered,
        tiers=[pair for pair in marked("tier") if pair[0] in in_force],
        groups=group_names(membership) if groups is None else groups,
    )
    schemes = schemes_shown(night.rule_set)
    columns = chosen_columns(asked, schemes)
    table = Table.read(
        [shown.column for shown in columns],
        asked.urlencode(),
        default="-arr" if any(shown.key == "arr" for shown in columns) else "name",
        tie="customer_id",
        rows=rows_per_page,
    )
    return Listing(
        scope=scope,
        nights=nights,
        night=night,
        is_latest=is_latest,
        asked=asked,
        offered=offered,
        every=every,
        filter=filter_,
        columns=columns,
        schemes=schemes,
        table=table,
    )


_WAS_SEGMENT = (("was_eleven", "segment"), ("was_class8", "segment"))


def _told(asked: dict[str, str]) -> list[tuple[str, tuple[str, ...]]]:
    """(words, parameters that make it) of each filter without a field."""
    told: list[tuple[str, tuple[str, ...]]] = []
    since = parse_day(asked.get("since", ""))
    for scheme in SCHEMES:
        if asked.get(f"tier_{scheme}"):
            word = _word("tier", asked[f"tier_{scheme}"])
            text = _("%(word)s in %(scheme)s") % {"word": word, "scheme": SCHEME_WORDS[scheme]}
            told.append((text, (f"tier_{scheme}",)))
    past = (
        ("was", "tier"),
        ("was_stage", "stage"),
        *_WAS_SEGMENT,
        *((f"was_tier_{s}", "tier") for s in SCHEMES),
    )
    for name, kind in past:
        if asked.get(name) and since is not None:
            day = formats.short_date(since, language())
            word = _word(kind, asked[name])
            told.append((_("%(word)s on %(day)s") % {"word": word, "day": day}, (name, "since")))
    if asked.get("module"):
        words = {
            OWNED: _("own %(module)s"),
            USED: _("use %(module)s"),
            UNUSED: _("own %(module)s and do not use it"),
        }
        text = words.get(asked.get("use", OWNED), words[OWNED])
        told.append((text % {"module": asked["module"]}, ("module", "use")))
    if asked.get("parent"):
        told.append((_("Group of %(key)s") % {"key": asked["parent"]}, ("parent",)))
    if asked.get("silent"):
        told.append((_("No use for a month"), ("silent",)))
    if asked.get("moved") in {"worse", "better", "other"}:
        words = {
            "worse": _("Moved for the worse that night"),
            "better": _("Moved for the better that night"),
            "other": _("Other moves of that night"),
        }
        told.append((words[asked["moved"]], ("moved",)))
    if asked.get("reason"):
        told.append((_("Without a tier for one reason"), ("reason",)))
    return told


def _word(kind: str, key: str) -> str:
    if key == NONE:
        return _("Without a tier") if kind == "tier" else _("Without a stage")
    mark = mark_for(kind, key)
    return str(mark.label) if mark else key
