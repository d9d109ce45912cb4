"""The head of a customer's report: greeting, two or three sentences made from figures, the tiles."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from reports.compute.documents import Block, Section, TextBlock
from reports.documents.customer_draft import PAGE, Draft, filled_figures, line

MOST_TILES = 6
TILES = (
    "events", "active_users", "breadth", "seat_utilisation", "cases_solved", "trained_persons",
    "requests_done", "touchpoints", "case_response_hours", "modules_used",
)  # fmt: skip
SAID = (
    "events", "active_users", "touchpoints", "training_sessions", "cases_solved", "requests_done",
    "modules_owned",
)  # fmt: skip
MOST_NAMED = 4
# Changes below half a percent are none.
SAME = Decimal("0.005")


def head(draft: Draft) -> Section:
    greeting = draft.filled(draft.look.text(draft.language, "greeting"))
    blocks: list[Block] = [
        *line(greeting or _("Dear colleagues at %(customer)s,") % {"customer": draft.told.name},
              slot="greeting", label=""),
        TextBlock(summary(draft), slot="summary", tokens=tokens(draft)),
        *filled_figures(draft.tiles(TILES, MOST_TILES, audiences=PAGE)),
    ]  # fmt: skip
    return Section("head", "", tuple(blocks))


def tokens(draft: Draft) -> dict[str, str]:
    """How each figure reads that the summary may name, whether it does or not: words that a person put
    there outlive figures that are read anew."""
    found = {key: draft.number(draft.value(key)) for key in SAID}
    change, unused = _change(draft), unused_modules(draft)
    found["events_change"] = draft.share(None if change is None else abs(change))
    found["modules_unnamed"] = draft.number(max(len(unused) - MOST_NAMED, 0))
    return found


def named(token: str) -> str:
    """How words name a figure: what it is then stands where they do."""
    return f"{{{token}}}"


def summary(draft: Draft) -> str:
    """What was used, what was done, and what is open, each in one sentence. Its figures are named, not
    written: who edits the words cannot alter them."""
    return draft.sentences(_used(draft), _done(draft), _open(draft))


def _used(draft: Draft) -> str:
    events, persons = draft.value("events"), draft.value("active_users")
    period = draft.period_label
    if events is None:
        return ""
    if not events:
        return _("In %(period)s nothing was used.") % {"period": period}
    times = ngettext("%(count)s time", "%(count)s times", events) % {"count": named("events")}
    if persons:
        said = _(
            "In %(period)s, %(count)s of your people worked with our product, %(times)s in all"
        ) % {"period": period, "count": named("active_users"), "times": times}
    else:
        said = _("In %(period)s, our product was used %(times)s") % {
            "period": period, "times": times,
        }  # fmt: skip
    return said + _compared(draft)


def _change(draft: Draft) -> Decimal | None:
    """Of usage against the period before, as a share; None where one of them is not known, or was
    nought."""
    now = draft.value("events")
    before = draft.shown["events"].before if "events" in draft.shown else None
    if now is None or not isinstance(before, int | Decimal) or not before:
        return None
    return Decimal(now - before) / Decimal(before)


def _compared(draft: Draft) -> str:
    """Ends the sentence about usage."""
    change = _change(draft)
    if change is None:
        return pgettext("ends a sentence", ".")
    share = {"share": named("events_change")}
    is_quarter = draft.period.is_quarter
    if abs(change) < SAME:
        return _(", as in the quarter before.") if is_quarter else _(", as in the month before.")
    if change > 0:
        return (
            _(", %(share)s more than in the quarter before.")
            if is_quarter
            else _(", %(share)s more than in the month before.")
        ) % share
    return (
        _(", %(share)s less than in the quarter before.")
        if is_quarter
        else _(", %(share)s less than in the month before.")
    ) % share


def _done(draft: Draft) -> str:
    done = []
    if count := draft.count("touchpoints"):
        done.append(
            ngettext("met you %(count)s time", "met you %(count)s times", count)
            % {"count": named("touchpoints")}
        )
    if count := draft.count("training_sessions"):
        done.append(
            ngettext(
                "held %(count)s training session", "held %(count)s training sessions", count
            )
            % {"count": named("training_sessions")}
        )  # fmt: skip
    if count := draft.count("cases_solved"):
        done.append(
            ngettext("solved %(count)s case", "solved %(count)s cases", count)
            % {"count": named("cases_solved")}
        )
    if count := draft.count("requests_done"):
        done.append(_("shipped %(count)s of your requests") % {"count": named("requests_done")})
    return _("We %(done)s.") % {"done": draft.series(done)} if done else ""


def _open(draft: Draft) -> str:
    """What is worth a sentence: owned modules that nobody used."""
    unused = [str(one["name"]) for one in unused_modules(draft)]
    owned = draft.count("modules_owned")
    if not unused or not draft.says("events"):
        if draft.value("breadth") == 1 and owned > 1:
            return _("All %(count)s modules that you own were in use.") % {
                "count": named("modules_owned")
            }
        return ""
    return ngettext(
        "Of the %(owned)s modules that you own, %(names)s was not in use yet.",
        "Of the %(owned)s modules that you own, %(names)s were not in use yet.",
        len(unused),
    ) % {
        "owned": named("modules_owned"),
        "names": draft.named(unused, MOST_NAMED, named("modules_unnamed")),
    }


def names_owned_modules(draft: Draft) -> bool:
    """Whether usage names the modules that contracts name. Where it names others only (functions, say,
    and contracts plans), nothing can be said of what is owned and not used."""
    modules = draft.details("modules")
    return draft.value("modules_used") is not None and (
        any(one["owned"] and (one["events"] or one["before"]) for one in modules)
        or not any(one["events"] for one in modules)
    )


def unused_modules(draft: Draft) -> list[dict[str, Any]]:
    """Owned modules without an event in the period, as the figures' details have them."""
    if not names_owned_modules(draft):
        return []
    return [one for one in draft.details("modules") if one["owned"] and not one["events"]]
