"""A draft tried on last night: how many customers would be where, and who would move."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_GET

from accounts.permissions import may, require
from accounts.requests import TenantRequest
from segmentation.charts import UNRANKED
from segmentation.filter_choices import NONE
from segmentation.labels import BRANCHES, DIMENSIONS, SCHEMES
from segmentation.models import RuleDraft
from segmentation.queries.rule_preview import DECIDED, Preview, preview, previewed_night
from segmentation.queries.rule_preview_lists import Mover, movers
from segmentation.queries.scopes import widest_scope
from segmentation.reasons import tier_sentence
from segmentation.views.rule_drafts import found_draft
from ui.charts import Cell, Matrix, MatrixAxis
from ui.downloads import file_response
from ui.palette import MARKS, mark_for
from ui.tables import Column, Table

COLUMNS = (
    Column("name", gettext_lazy("Customer"), sort="name"),
    Column("arr", gettext_lazy("ARR"), sort="arr", align="end"),
    Column("change", gettext_lazy("Now → then")),
)
# Of tiers and stages it is known what decides.
DECIDED_COLUMNS = (
    Column("why_now", gettext_lazy("Decided now by"), wide=True),
    Column("why_then", gettext_lazy("Would be decided by")),
)
ROWS_PER_PAGE = 50

# Subject → kind of its marks.
KINDS = {
    "tier": "tier",
    "tier_a": "tier",
    "tier_b": "tier",
    "tier_c": "tier",
    "stage": "stage",
    "eleven": "segment",
    "class8": "segment",
}
LEVEL = "level"
SEGMENT_WORDS: dict[str, str | Promise] = {
    "eleven": gettext_lazy("Eleven segments"),
    "class8": gettext_lazy("Eight classes"),
}


@require("edit_rules")
@require_GET
def rule_preview(request: TenantRequest, pk: int) -> HttpResponse:
    """Counts now and then, the matrix between them, and the rules that would fire."""
    draft = found_draft(pk)
    context = _context(request, draft)
    found = context["found"]
    if isinstance(found, Preview):
        subjects = _subjects(draft)
        subject = _subject(request.GET, subjects)
        flows = found.flows(subject)
        context |= {
            "subject": subject,
            "tabs": [
                {"label": label, "url": f"?{urlencode({'of': name})}", "active": name == subject}
                for name, label in subjects
            ],
            "subject_title": dict(subjects)[subject],
            "matrix": _matrix(draft, subject, flows),
            "rows": _shares(draft, subject, flows),
            "moved": {kind: found.moved(kind) for kind in ("tier", "stage")},
            "by_rules": {kind: found.moved_by_rules(kind) for kind in ("tier", "stage")},
            "customers": len(found.frame),
            "kind": _kind(subject),
            "fired": [
                (word, _why(subject, code), number) for word, code, number in found.by_rule(subject)
            ]
            if subject in DECIDED
            else [],
        }
    return render(request, "segmentation/rules/preview.html", context)


@require("edit_rules")
@require_GET
def rule_preview_customers(request: TenantRequest, pk: int) -> HttpResponse:
    """Who would move, a page at a time; the whole list as a file."""
    draft = found_draft(pk)
    context = _context(request, draft)
    found = context["found"]
    if not isinstance(found, Preview):
        return render(request, "segmentation/rules/preview.html", context)
    subjects = _subjects(draft)
    subject = _subject(request.GET, subjects)
    now, then = (_asked(request.GET, name) for name in ("from", "to"))
    is_decided = subject in DECIDED
    columns = (*COLUMNS, *DECIDED_COLUMNS) if is_decided else COLUMNS
    table = Table.read(columns, request.GET.urlencode(), default="-arr", rows=ROWS_PER_PAGE)
    listed = movers(found, subject, now, then, scope=widest_scope(request.membership))
    listed = listed.ordered(table.sort, descending=table.descending)
    if format_ := request.GET.get("format"):
        return _file(request, draft, listed.rows(), subject, format_)
    table = table.counted(listed.total)
    context |= {
        "subject": subject,
        "kind": _kind(subject),
        "what": dict(subjects)[subject],
        "from_word": None if now is None else _word(subject, now),
        "to_word": None if then is None else _word(subject, then),
        "stays": now is not None and now == then,
        "table": table,
        "is_decided": is_decided,
        "rows": [
            (row, _why(subject, row.why_now), _why(subject, row.why_then))
            for row in listed.rows(table.slice)
        ],
        "exports": [
            (label, f"{request.path}{table.url(format=key)}")
            for key, label in (("csv", "CSV"), ("xlsx", "Excel"))
        ],
    }
    context["breadcrumbs"].append(
        (_("Preview"), f"{reverse('rule_preview', args=[pk])}?{urlencode({'of': subject})}")
    )
    return render(request, "segmentation/rules/movers.html", context)


def _context(request: TenantRequest, draft: RuleDraft) -> dict[str, Any]:
    """``found``: a Preview, or why there is none."""
    night = previewed_night()
    found = preview(request.tenant, night, draft.rules) if night else "no_night"
    next_day = request.tenant.last_ended_day()
    return {
        "draft": draft,
        "night": night,
        "found": found,
        "is_found": isinstance(found, Preview),
        "refusals": found.refusals if isinstance(found, Preview) else [],
        "next_day": next_day,
        "may_run": may(request.membership, "run_nights")
        and (night is None or night.as_of < next_day),
        "breadcrumbs": [
            (_("Rules"), reverse("rules")),
            (_("Draft"), reverse("rule_draft", args=[draft.pk])),
        ],
    }


def _subjects(draft: RuleDraft) -> list[tuple[str, str | Promise]]:
    """What can be looked at, in order: (subject, its title)."""
    tiers = draft.rules["tiers"]
    shown = "eleven" if draft.rules["rfm"]["map"] == "eleven" else "class8"
    other = "class8" if shown == "eleven" else "eleven"
    beside = [name for name in tiers.get("also_shown", ()) if name != tiers["scheme"]]
    found: list[tuple[str, str | Promise]] = [("tier", _("Tier")), ("stage", _("Stage"))]
    found += [(name, DIMENSIONS[name]) for name in DIMENSIONS]
    found += [(shown, SEGMENT_WORDS[shown]), (other, SEGMENT_WORDS[other])]
    found += [(f"tier_{name}", SCHEMES[name]) for name in beside]
    if "b" in (tiers["scheme"], *beside):
        found.append(("facet_value", _("Value beside scheme B")))
    return found


def _subject(asked: QueryDict, subjects: list[tuple[str, str | Promise]]) -> str:
    wanted = asked.get("of", "")
    return wanted if wanted in dict(subjects) else subjects[0][0]


def _kind(subject: str) -> str:
    return KINDS.get(subject, LEVEL)


def _asked(asked: QueryDict, name: str) -> str | None:
    """A key of the address; empty text for none, None when it was not asked."""
    value = asked.get(name)
    return "" if value == NONE else value or None


def _word(subject: str, key: str) -> str:
    if not key:
        return pgettext("tier", "None")
    mark = mark_for(_kind(subject), key)
    return str(mark.label) if mark else key


def _keys(draft: RuleDraft, subject: str, flows: dict[tuple[str, str], int]) -> list[str]:
    """The rows of a subject, best first: those of the scheme, and whatever anybody has."""
    present = {key for pair in flows for key in pair}
    kind = _kind(subject)
    if kind == "tier":
        name = subject.removeprefix("tier_") if subject != "tier" else ""
        scheme = draft.rules["tiers"]["schemes"][name or draft.rules["tiers"]["scheme"]]
        present |= set(scheme["order"])
    keys = [key for key in MARKS[kind] if key in present]
    return [*keys, ""] if "" in present else keys


def _list_url(draft: RuleDraft, subject: str, now: str | None, then: str | None) -> str:
    asked = {"of": subject}
    if now is not None:
        asked["from"] = now or NONE
    if then is not None:
        asked["to"] = then or NONE
    return f"{reverse('rule_preview_customers', args=[draft.pk])}?{urlencode(asked)}"


def _matrix(draft: RuleDraft, subject: str, flows: dict[tuple[str, str], int]) -> Matrix:
    kind = _kind(subject)
    unranked = {"tier": UNRANKED["tier"], "stage": UNRANKED["stage"]}
    return Matrix(
        title=_("From where they stand now to where they would stand"),
        axes=[
            MatrixAxis(key or NONE, _word(subject, key), kind)
            for key in _keys(draft, subject, flows)
        ],
        cells={
            (now or NONE, then or NONE): Cell(number, None, _list_url(draft, subject, now, then))
            for (now, then), number in flows.items()
        },
        unranked=unranked.get(kind, frozenset({NONE})),
    )


def _shares(
    draft: RuleDraft, subject: str, flows: dict[tuple[str, str], int]
) -> list[dict[str, Any]]:
    """Per key the customers now, then, and the difference."""
    rows = []
    for key in _keys(draft, subject, flows):
        now = sum(number for (old, _new), number in flows.items() if old == key)
        then = sum(number for (_old, new), number in flows.items() if new == key)
        rows.append(
            {
                "key": key,
                "kind": _kind(subject),
                "now": now,
                "then": then,
                "difference": then - now,
                "url": _list_url(draft, subject, None, key),
            }
        )
    return rows


def _why(subject: str, code: str) -> str:
    """What decides a tier or a stage."""
    return capfirst(str(BRANCHES.get(code, code)) if subject == "stage" else tier_sentence(code))


def _file(
    request: TenantRequest, draft: RuleDraft, rows: list[Mover], subject: str, format_: str
) -> HttpResponse:
    headings = [_("Key"), _("Customer"), _("ARR"), _("Now"), _("Then")]
    is_decided = subject in DECIDED
    if is_decided:
        headings += [str(column.label) for column in DECIDED_COLUMNS]

    def cells_of(row: Mover) -> list[Any]:
        words = [_word(subject, key) if key else "" for key in (row.now, row.then)]
        why = [_why(subject, row.why_now), _why(subject, row.why_then)] if is_decided else []
        return [row.key, row.name, row.arr, *words, *why]

    return file_response(
        headings,
        map(cells_of, rows),
        format_=format_,
        name=f"{request.tenant.slug}-rule-preview-{draft.pk}",
        title=_("Customers"),
    )
