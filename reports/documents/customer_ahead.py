"""What is suggested to a customer, what comes next, and where it answers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.compute.customer_facts import BUY, USE, Suggested
from reports.compute.documents import AnswerBlock, Block, ListBlock, ListItem, TextBlock
from reports.documents.customer_draft import FULL, PAGE, Draft, filled_figures
from reports.documents.customer_head import unused_modules

MOST_SUGGESTED, MOST_NAMES, MOST_AHEAD = 3, 4, 8
MONEY = ("renewal_on", "next_payment_on", "next_payment_amount")
DAYS = ("renewal_on", "next_payment_on", "open_sign_offs")
NOT_SHOWN = ("open_sign_offs",)


def suggest(draft: Draft) -> list[Block]:
    """At most three, of different kinds where there are; each says why. Without one the section is a
    place for the words of whoever sends the report."""
    kinds = [_trainings(draft), _unused(draft), _of_peers(draft)]
    chosen = [items.pop(0) for items in kinds if items]
    rest = [item for items in kinds for item in items]
    items = (chosen + rest)[:MOST_SUGGESTED]
    found: list[Block] = [ListBlock(tuple(items))] if items else []
    return [*found, TextBlock("", slot="next", label="")]


def _trainings(draft: Draft) -> list[ListItem]:
    """For key users who were silent while others worked."""
    silent = [str(name) for name in draft.details("silent_key_users")]
    if not silent or not draft.value("active_users"):
        return []
    names = draft.named(silent, MOST_NAMES)
    title = _("A short training for %(names)s") % {"names": names}  # fmt: skip
    why = ngettext(
        "As a key user, not active in this period. An hour with us is enough to begin.",
        "As key users, not active in this period. An hour with us is enough to begin.",
        len(silent),
    )
    return [ListItem(title, why, tone="", key="train")]


def _unused(draft: Draft) -> list[ListItem]:
    if not draft.count("events"):
        return []
    # What was used the period before is on its way out: it comes first.
    unused = sorted(unused_modules(draft), key=lambda one: -one["before"])
    return [
        ListItem(
            _("Begin to use %(module)s") % {"module": one["name"]}
            if not one["before"]
            else _("Use %(module)s again") % {"module": one["name"]},
            _("You own it; nobody used it in this period. We help you with the first steps."),
            key=f"{USE}:{one['key']}",
        )
        for one in unused
    ]


def _of_peers(draft: Draft) -> list[ListItem]:
    return [_bought(draft, one) for one in draft.told.suggested]


def _bought(draft: Draft, one: Suggested) -> ListItem:
    why = _(
        "%(owners)s of %(peers)s customers of your industry and size have it, and most use it."
    ) % {"owners": draft.number(one.owners), "peers": draft.number(one.peers)}
    return ListItem(
        _("Have a look at %(module)s") % {"module": one.name}, why, key=f"{BUY}:{one.key}"
    )


def ahead(draft: Draft) -> list[Block]:
    items = _items(draft)
    found: list[Block] = [
        *filled_figures(draft.there(MONEY, audiences=PAGE)),
        # Amounts are the decision makers'.
        *filled_figures(draft.there((key for key in DAYS if _tells(draft, key)), style="rows",
                                    audiences=FULL)),
    ]  # fmt: skip
    if items:
        found.append(ListBlock(tuple(items[:MOST_AHEAD])))
    if not found:
        found.append(TextBlock(_("Nothing is due in the next three months.")))
    return found


def _tells(draft: Draft, key: str) -> bool:
    return key not in NOT_SHOWN or draft.says(key)


def _items(draft: Draft) -> list[ListItem]:
    """What waits for the customer first, then what is dated, the earliest first."""
    told = draft.told
    waiting = [
        ListItem(
            one.title,
            _joined(
                one.project,
                _("A change request, for you to sign") if one.is_change else _("For you to sign off"),
            ),
            _("by %(day)s") % {"day": draft.near_day(one.by)} if one.by else "",
            "warning",
        )
        for one in told.waiting
    ]  # fmt: skip
    dated: list[tuple[date, ListItem]] = [
        *(
            (one.on, ListItem(one.title, _joined(_("Training"), draft.listed(one.modules)),
                              draft.day(one.on)))
            for one in told.coming_trainings
        ),
        *(
            (one.on, ListItem(one.title, _("Joint milestone of our success plan"), draft.day(one.on)))
            for one in told.planned
        ),
        *(
            (one.due_on, ListItem(one.name, _("Project, planned end"), draft.day(one.due_on)))
            for one in told.running
            if one.due_on > draft.period.last
        ),
    ]  # fmt: skip
    return [*waiting, *(item for _day, item in sorted(dated, key=lambda pair: pair[0]))]


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def answer(draft: Draft) -> list[Block]:
    said = (
        _("Tell %(face)s and us what you wish, what you want to know, and how satisfied you are.")
        % {"face": draft.told.face}
        if draft.told.face
        else _("Tell us what you wish, what you want to know, and how satisfied you are.")
    )
    return [AnswerBlock(said, asks=("request", "question", "survey"))]


def closing(draft: Draft) -> Iterable[Block]:
    text = draft.filled(draft.look.text(draft.language, "closing"))
    return [TextBlock(text, slot="closing")] if text else []
