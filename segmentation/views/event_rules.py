"""The mapping: ordered rules from events to modules, tried on what came lately, saved as a whole.

Works without scripts: every button sends the whole form, and the page comes back with it done.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from accounts.models import Module
from accounts.permissions import may, require
from accounts.requests import TenantRequest
from segmentation.actions.event_rules import RulesChanged, save_event_rules
from segmentation.compute.event_rules import Ruled, RuleValues, seal_of
from segmentation.event_rule_drafts import (
    MOST_RULES,
    Row,
    as_values,
    done_to,
    read_rows,
    readable,
    rows_of,
    said,
)
from segmentation.models import EventRule
from segmentation.queries.ingestion import event_rules
from segmentation.queries.mapping_preview import (
    MOST_PREVIEWED,
    Preview,
    preview,
)
from segmentation.queries.sources import latest_names
from segmentation.views.source_frame import frame

PARTS = {
    "rules-editor": "segmentation/sources/rules_editor.html",
    "rules-preview": "segmentation/sources/rules_preview.html",
}


@require("view_sources")
@require_http_methods(["GET", "POST"])
def mapping(request: TenantRequest) -> HttpResponse:
    may_edit = may(request.membership, "edit_sources")
    if request.method == "POST" and not may_edit:
        raise Http404
    rules = event_rules()
    rows, seal = rows_of(rules), seal_of(rules)
    if request.method == "POST":
        # What was in force when this form was begun, so that nobody overwrites what another saved.
        seal = request.POST.get("seal", "")
        rows = read_rows(request.POST)
        do = request.POST.get("do", "")
        if do == "save":
            rows = said(rows)
            if not any(row.faults for row in rows) and _saved(request, rows, seal):
                return redirect("event_rules")
        else:
            rows = done_to(rows, do)
    response = _page(request, rules, rows, seal, may_edit)
    patch_vary_headers(response, ("HX-Target",))
    return response


def _page(
    request: TenantRequest, rules: list[RuleValues], rows: list[Row], seal: str, may_edit: bool
) -> HttpResponse:
    usable = readable(rows)
    found = preview(latest_names(MOST_PREVIEWED), rules, as_values(usable))
    shown: dict[str, Any] = {
        "rows": rows,
        "last": len(rows) - 1,
        "seal": seal,
        "kinds": EventRule.Kind.choices,
        "preview": found,
        "shown": _shown(found, usable, may_edit),
        "incomplete": sum(not row.is_blank for row in rows) - len(usable),
        "may_add": len(rows) < MOST_RULES,
        "may_edit": may_edit,
        "modules": list(Module.objects.order_by("key").values_list("key", "name")),
    }
    part = PARTS.get(request.headers.get("HX-Target", ""))
    if part and request.method == "POST":
        return render(request, part, shown)
    return render(
        request, "segmentation/sources/rules.html", {**frame(request, "event_rules"), **shown}
    )


def _shown(found: Preview, usable: list[Row], may_edit: bool) -> list[dict[str, Any]]:
    """The events of the preview in words; a rule is named by the number of its row."""
    return [
        {
            "seen": one.seen,
            # They may say who somebody is.
            "properties": sorted(one.seen.properties.items()) if may_edit else [],
            "is_moved": one.is_moved,
            "now_word": _place_word(one.now),
            "then_word": _place_word(one.then),
            "because": _because(one.then, usable),
        }
        for one in found.events
    ]


def _place_word(place: Ruled) -> str:
    if place.is_ignored:
        return _("not taken")
    return place.module or pgettext("module", "none")


def _because(place: Ruled, usable: list[Row]) -> str:
    if place.rule is not None:
        return _("rule %(number)s") % {"number": usable[place.rule].number}
    return "properties.module" if place.module else "–"


def _saved(request: TenantRequest, rows: list[Row], seal: str) -> bool:
    """Whether the rules are in force now; else a message says why not."""
    try:
        changed = save_event_rules(rules=as_values(rows), seen=seal, by=request.user)
    except RulesChanged:
        words = _("Somebody else saved the mapping meanwhile. Load the page again to see theirs.")
        messages.error(request, words)
        return False
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return False
    words = _("Saved. Events that come from now on follow it.")
    messages.success(request, words if changed else _("Nothing was changed."))
    return True
