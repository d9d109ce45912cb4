"""What was done for a customer, and what changed in the product for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.touchpoint_kinds import kind_label
from reports.compute.customer_facts import Happened, Running, SolvedCase, Training, Update
from reports.compute.documents import Block, ListBlock, ListItem, TextBlock
from reports.documents.customer_draft import FULL, PAGE, Draft, filled_figures
from service.models import Request
from ui import formats

DID = (
    "touchpoints", "training_sessions", "trained_persons", "cases_opened", "cases_solved",
    "case_response_hours", "requests_made", "requests_done", "requests_open",
)  # fmt: skip
MOST_LISTED, MOST_ON_A_PAGE, MOST_UPDATES = 8, 5, 6
MOST_PERSONS = 3
LONGEST_TEXT = 180


def did(draft: Draft) -> list[Block]:
    told = draft.told
    found: list[Block] = [*filled_figures(draft.tiles(DID, len(DID), style="rows", audiences=FULL))]
    lists = [
        (_("When we met"), [_met(draft, one) for one in told.happened]),
        (_("Trainings"), [_trained(draft, one) for one in told.trainings]),
        (_("Solved cases"), [_solved(draft, one) for one in told.cases if one.title]),
        (_("What became of your requests"), [item for _day, item in _wishes(draft)]),
        (_("Progress of projects"), [*(i for _d, i in _reached(draft)), *_running(draft)]),
    ]
    for title, items in lists:
        found += _list(draft, title, items, MOST_LISTED, audiences=FULL)
    found += _list(draft, "", _highlights(draft), MOST_ON_A_PAGE, audiences=PAGE)
    if not any(isinstance(block, ListBlock) for block in found):
        nothing = _nothing(draft)
        found += [TextBlock(nothing)] if nothing else []
    return found


def _list(
    draft: Draft, title: str, items: list[ListItem], most: int, audiences: tuple[str, ...]
) -> list[Block]:
    if not items:
        return []
    left = len(items) - most
    more = _("And %(count)s more.") % {"count": draft.number(left)} if left > 0 else ""
    return [ListBlock(tuple(items[:most]), title=title, more=more, audiences=audiences)]


def _nothing(draft: Draft) -> str:
    """Where no list says anything: that nothing happened, unless a figure says that something did."""
    if any(draft.says(key) for key in DID):
        return ""
    if all(draft.value(key) is None for key in DID):
        return _("What we did for you is not recorded yet.")
    return _("There were no meetings, trainings or cases in this period.")


def _met(draft: Draft, one: Happened) -> ListItem:
    who, whom = draft.named(one.who, MOST_PERSONS), draft.named(one.whom, MOST_PERSONS)
    if who and whom:
        text = _("%(who)s with %(whom)s") % {"who": who, "whom": whom}
    elif whom:
        text = _("with %(whom)s") % {"whom": whom}
    else:
        text = who
    return ListItem(kind_label(one.kind), text, draft.near_day(one.on))


def _trained(draft: Draft, one: Training) -> ListItem:
    text = draft.listed(one.modules)
    if one.present:
        came = _("%(count)s of your people took part") % {"count": draft.number(one.present)}
        text = f"{text} · {came}" if text else came
    return ListItem(one.title, text, draft.near_day(one.on))


def _solved(draft: Draft, one: SolvedCase) -> ListItem:
    if one.hours is None:
        text = ""
    elif one.hours < 1:
        minutes = max(1, round(one.hours * 60))
        text = ngettext(
            "First answered after %(count)s minute", "First answered after %(count)s minutes", minutes
        ) % {"count": draft.number(minutes)}  # fmt: skip
    else:
        text = _("First answered after %(hours)s h") % {
            # As the figure of the same case is rounded.
            "hours": formats.number(one.hours, draft.language, 1)
        }
    return ListItem(one.title, text, draft.near_day(one.on))


def _wishes(draft: Draft) -> list[tuple[date, ListItem]]:
    words = {
        Request.Status.SHIPPED: (_("Your request is there"), "good"),
        Request.Status.ACCEPTED: (_("Accepted"), ""),
        Request.Status.PLANNED: (_("Planned"), ""),
    }
    found = []
    # What several people of the customer asked for in the same words stands once.
    asked = Counter(draft.told.wishes)
    for one, times in asked.items():
        said, tone = words[Request.Status(one.status)]
        if one.planned_for and one.status == Request.Status.PLANNED:
            said = _("Planned for %(when)s") % {"when": one.planned_for}
        if times > 1:
            said = _("%(said)s · asked for %(count)s times") % {
                "said": said, "count": draft.number(times),
            }  # fmt: skip
        found.append((one.on, ListItem(one.title, said, draft.near_day(one.on), tone)))
    return found


def _reached(draft: Draft) -> list[tuple[date, ListItem]]:
    found = []
    for one in draft.told.reached:
        said = _("Signed off by both sides") if one.is_gate else _("Milestone reached")
        text = f"{one.project} · {said}"
        found.append((one.on, ListItem(one.title, text, draft.near_day(one.on), "good")))
    return found


def _running(draft: Draft) -> Iterable[ListItem]:
    return [_project(draft, one) for one in draft.told.running]


def _project(draft: Draft, one: Running) -> ListItem:
    due = _("planned until %(day)s") % {"day": draft.day(one.due_on)}
    if not one.milestones:
        return ListItem(one.name, due)
    reached = _("%(reached)s of %(all)s milestones reached") % {
        "reached": draft.number(one.reached), "all": draft.number(one.milestones),
    }  # fmt: skip
    return ListItem(one.name, f"{reached} · {due}")


def _highlights(draft: Draft) -> list[ListItem]:
    """For one page: what counts most, the latest first; meetings only where nothing else is told."""
    told = draft.told
    dated: list[tuple[date, ListItem]] = [
        *(pair for pair in _wishes(draft) if pair[1].tone == "good"),
        *_reached(draft),
        *((one.on, _trained(draft, one)) for one in told.trainings),
    ]
    if len(dated) < MOST_ON_A_PAGE:
        cases = [(one.on, _solved(draft, one)) for one in told.cases if one.title]
        dated += cases[: MOST_ON_A_PAGE - len(dated)]
    if len(dated) < 3:
        dated += [(one.on, _met(draft, one)) for one in told.happened][: 3 - len(dated)]
    return [item for _day, item in sorted(dated, key=lambda pair: pair[0], reverse=True)]


def product(draft: Draft) -> list[Block]:
    """Without an update the section is left out."""
    items = [_update(draft, one) for one in draft.told.updates]
    if not items:
        return []
    return [
        *_list(draft, "", items, MOST_UPDATES, audiences=FULL),
        *_list(draft, "", [_short(item) for item in items], 3, audiences=PAGE),
    ]


def _short(item: ListItem) -> ListItem:
    return ListItem(item.title, item.text.partition("\n")[0], item.when, item.tone)


def _update(draft: Draft, one: Update) -> ListItem:
    title = _in(one.titles, draft.language, one.language)
    about = [_("You asked for this")] if one.asked else []
    about += [draft.listed(one.modules)] if one.modules else []
    words = _beginning(_in(one.texts, draft.language, one.language))
    text = "\n".join(part for part in (" · ".join(about), words) if part)
    return ListItem(title, text, draft.near_day(one.on), "good" if one.asked else "")


def _in(words: object, language: str, otherwise: str) -> str:
    """In the report's language where there are words in it."""
    held = words if isinstance(words, dict) else {}
    return held.get(language) or held.get(otherwise) or next(filter(None, held.values()), "")


def _beginning(text: str) -> str:
    """The first paragraph, as far as it is read in a list."""
    first = text.strip().replace("\r\n", "\n").partition("\n\n")[0].replace("\n", " ")
    return first if len(first) <= LONGEST_TEXT else first[:LONGEST_TEXT].rstrip() + "…"
