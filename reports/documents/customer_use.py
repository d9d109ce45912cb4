"""What a customer used, and who of its people did."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reports.compute.documents import (
    Block,
    ChartBlock,
    ChartSeries,
    TableBlock,
    TableCell,
    TableColumn,
    TextBlock,
)
from reports.documents.customer_draft import FULL, PAGE, Draft, filled_figures, filled_table, line
from reports.documents.customer_head import names_owned_modules
from ui import formats

USED = ("events", "active_users", "active_days", "modules_used", "modules_owned", "breadth")
PEERS = ("peers_events", "peers_breadth", "peers_seats")
WHO = (
    "active_users", "new_users", "seats", "seat_utilisation", "key_users", "key_users_active",
)  # fmt: skip
MOST_MODULES_ON_A_PAGE, MOST_MODULES, MOST_PERSONS, MOST_NAMES = 6, 20, 12, 6
LEAST_MONTHS = 2
HALF, NEARLY_ALL = Decimal("0.5"), Decimal("0.995")


def used(draft: Draft) -> list[Block]:
    if draft.value("events") is None:
        return [TextBlock(_("Your usage is not measured yet."))]
    if not draft.count("events") and not any(one["events"] for one in draft.details("months")):
        return [TextBlock(_("Nothing was used in this period or in the year before it."))]
    return [
        *filled_figures(draft.there(_known(draft), style="rows", audiences=FULL)),
        *_trend(draft),
        *_months(draft),
        *filled_table(_modules(draft)),
        *_main_modules(draft),
        *_among_peers(draft),
    ]


def _known(draft: Draft) -> tuple[str, ...]:
    return USED if names_owned_modules(draft) else tuple(key for key in USED if key != "breadth")


def _trend(draft: Draft) -> list[Block]:
    """Events of thirteen months, and for key users persons; what has no two months is no trend."""
    months = draft.details("months")
    if sum(1 for one in months if one["events"]) < LEAST_MONTHS:
        return []
    # What was before the first use is no decline.
    first = next(place for place, one in enumerate(months) if one["events"])
    months = months[first:]
    labels = tuple(_month(one["month"], draft.language) for one in months)
    told = {
        "first": labels[0], "last": labels[-1], "before": draft.number(months[0]["events"]),
        "now": draft.number(months[-1]["events"]),
    }  # fmt: skip
    found: list[Block] = [
        draft.chart(
            ChartBlock(
                "area", _("How has usage developed?"), labels,
                (ChartSeries(_("Usage events"), tuple(one["events"] for one in months)),), {},
                description=_("Usage events by month: %(before)s in %(first)s, %(now)s in %(last)s.")
                % told,
            )
        )
    ]  # fmt: skip
    if draft.value("active_users") is not None and any(one["persons"] for one in months):
        found.append(
            draft.chart(
                ChartBlock(
                    "columns", _("How many persons worked with it?"), labels,
                    (ChartSeries(_("Active persons"), tuple(one["persons"] for one in months)),), {},
                    description=_("Active persons by month."), audiences=FULL,
                )
            )
        )  # fmt: skip
    return found


def _month(key: str, language: str) -> str:
    year, month = key.split("-")
    day = date(int(year), int(month), 1)
    # The year where it begins; readers know the others.
    return formats.month(day, language) if int(month) == 1 else formats.short_month(day, language)


def _months(draft: Draft) -> list[Block]:
    """Of a quarter: its months side by side."""
    if not draft.period.is_quarter:
        return []
    keys = [month.key for month in draft.period.months]
    by_month = {one["month"]: one for one in draft.details("months")}
    told = draft.told

    def happened(days: list[date]) -> list[int]:
        return [sum(1 for day in days if f"{day:%Y-%m}" == key) for key in keys]

    rows: list[tuple[str, list[int | None]]] = [
        (_("Usage events"), [by_month.get(key, {}).get("events") for key in keys]),
    ]
    if draft.value("active_users") is not None:
        persons = [by_month.get(key, {}).get("persons") for key in keys]
        rows.append((_("Active persons"), persons))
    if draft.value("touchpoints") is not None:
        rows.append((_("Touchpoints"), [*happened([one.on for one in told.happened])]))
    if draft.value("training_sessions") is not None:
        rows.append((_("Training sessions"), [*happened([one.on for one in told.trainings])]))
    if draft.value("cases_solved") is not None:
        rows.append((_("Cases solved"), [*happened([one.on for one in told.cases])]))
    columns = (
        TableColumn("figure", _("Month by month")),
        *(
            TableColumn(month.key, formats.month(month.first, draft.language), "count")
            for month in draft.period.months
        ),
    )
    cells = tuple(
        (TableCell(name, name), *(draft.cell(value) for value in values))
        for name, values in rows
        if any(values)
    )
    return [*filled_table(TableBlock("months", columns, cells))]


def _modules(draft: Draft) -> TableBlock:
    modules = draft.details("modules") if draft.value("modules_used") is not None else []
    if not names_owned_modules(draft):
        modules = [one for one in modules if one["events"] or one["before"]]
    before = _("Quarter before") if draft.period.is_quarter else _("Month before")
    columns = (
        TableColumn("module", _("Module")),
        TableColumn("events", _("Usage events"), "count"),
        TableColumn("before", before, "count"),
        TableColumn("change", pgettext("report", "Change"), "share"),
        *([TableColumn("persons", _("Persons"), "count")] if _knows_persons(draft) else []),
    )
    rows = tuple(_module(draft, one) for one in modules[:MOST_MODULES])
    return TableBlock(
        "modules", columns, rows, title=_("Which modules did you use?"), audiences=FULL,
        more=_more(draft, len(modules) - MOST_MODULES),
    )  # fmt: skip


def _knows_persons(draft: Draft) -> bool:
    return draft.value("active_users") is not None


def _module(draft: Draft, one: dict[str, Any]) -> tuple[TableCell, ...]:
    events, before = one["events"], one["before"]
    name = str(one["name"])
    shown = (
        TableCell(name, _("%(name)s (owned, not used)") % {"name": name}, "warning")
        if one["owned"] and not events
        else TableCell(name, name)
    )
    cells = (shown, draft.cell(events), draft.cell(before), draft.change(events, before))
    return (*cells, draft.cell(one["persons"])) if _knows_persons(draft) else cells


def _more(draft: Draft, count: int) -> str:
    return _("And %(count)s more.") % {"count": draft.number(count)} if count > 0 else ""


def _main_modules(draft: Draft) -> list[Block]:
    """For one page: the most used modules, each with the period before as its mark."""
    modules = [one for one in draft.details("modules") if one["events"]]
    if draft.value("modules_used") is None or len(modules) < 2:
        return []
    shown = modules[:MOST_MODULES_ON_A_PAGE]
    has_before = any(one["before"] for one in shown)
    return [
        draft.chart(
            ChartBlock(
                "bars", _("Which modules did you use most?"),
                tuple(str(one["name"]) for one in shown),
                (ChartSeries(_("Usage events"), tuple(one["events"] for one in shown)),), {},
                targets=tuple(one["before"] for one in shown) if has_before else (),
                targets_label=(
                    (_("Quarter before") if draft.period.is_quarter else _("Month before"))
                    if has_before
                    else ""
                ),
                description=_("Usage events of the most used modules."), audiences=PAGE,
            )
        )
    ]  # fmt: skip


def _among_peers(draft: Draft) -> list[Block]:
    """Where the customer stands among those like it, of whom nobody is named."""
    names = {
        "peers_events": _("usage"),
        "peers_breadth": _("modules in use"),
        "peers_seats": _("seats in use"),
    }
    above: list[str] = []
    below: list[str] = []
    for key in PEERS:
        share = draft.value(key)
        # Who is in the middle, or has as much as everybody, is neither ahead nor behind.
        if isinstance(share, Decimal | int | float) and share != HALF:
            (above if share > HALF else below).append(_place(draft, names[key], share))
    if not above and not below:
        return [*line(_peers_missing(draft), audiences=FULL)]
    said = draft.sentences(
        _("Among customers like you, by industry and size, none named, you are ahead in %(said)s.")
        % {"said": draft.series(above)}
        if above
        else "",
        _("There is room to grow in %(said)s.") % {"said": draft.series(below)} if below else "",
    )
    return [
        TextBlock(said, label=_("Compared with others like you")),
        *filled_figures(draft.there(PEERS, style="rows", audiences=FULL)),
    ]


def _place(draft: Draft, what: str, share: Decimal | int | float) -> str:
    if not share:
        return what
    if share >= NEARLY_ALL:
        return _("%(what)s (above all of them)") % {"what": what}
    return _("%(what)s (above %(share)s of them)") % {"what": what, "share": draft.share(share)}


def _peers_missing(draft: Draft) -> str:
    if draft.figures.reasons.get("peers_events") == "few_peers":
        return _(
            "Fewer than ten customers are like you by industry or size, so we compare you with nobody."
        )
    return ""


def who(draft: Draft) -> list[Block]:
    if draft.value("active_users") is None:
        return [TextBlock(_("Usage does not tell who it was."))]
    silent = [str(name) for name in draft.details("silent_key_users")]
    return [
        *filled_figures(draft.there(WHO, style="rows")),
        *_key_users(draft, silent),
        *filled_table(_persons(draft)),
    ]


def _key_users(draft: Draft, silent: list[str]) -> list[Block]:
    if draft.value("key_users_active") is None:
        return [TextBlock(_("No key users are named yet. Tell us who they should be."))]
    if not silent:
        return [TextBlock(_("All your key users were active."))]
    said = _("Key users who did not sign in to work in this period: %(names)s.") % {
        "names": draft.named(silent, MOST_NAMES)
    }
    return [TextBlock(said)]


def _persons(draft: Draft) -> TableBlock:
    persons = draft.details("persons")
    columns = (
        TableColumn("person", _("Person")),
        TableColumn("role", _("Role")),
        TableColumn("days", _("Active days"), "count"),
        TableColumn("events", _("Usage events"), "count"),
    )
    rows = tuple(
        (
            TableCell(one["name"], str(one["name"])),
            TableCell("", _("Key user") if one["is_key_user"] else ""),
            draft.cell(one["days"]),
            draft.cell(one["events"]),
        )
        for one in persons[:MOST_PERSONS]
    )
    return TableBlock(
        "persons", columns, rows, title=_("Who used it most?"),
        more=_more(draft, draft.count("active_users") - len(rows)),
    )  # fmt: skip
