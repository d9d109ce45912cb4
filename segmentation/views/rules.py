"""The rules in words: those in force, and every version before."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.permissions import may, require
from accounts.requests import TenantRequest
from segmentation.models import RuleSet
from segmentation.queries.rule_sets import draft_of, drafts, version_before, versions
from segmentation.queries.rules import document_of
from segmentation.queries.stored import latest_night
from segmentation.rule_words import changes_in_words, in_words
from segmentation.rules.printing import print_rules
from segmentation.rules.schema import SCHEMA
from ui import links
from ui.tables import Column, Table

COLUMNS = (
    Column("version", gettext_lazy("Version")),
    Column("published_at", gettext_lazy("Published")),
    Column("published_by", gettext_lazy("By")),
    Column("note", gettext_lazy("Note")),
)
VERSIONS_PER_PAGE = 20


@require("view_rules")
@require_GET
def rules(request: TenantRequest) -> HttpResponse:
    """What is in force, open drafts, and the versions so far."""
    table = Table.read(COLUMNS, request.GET.urlencode(), rows=VERSIONS_PER_PAGE)
    listed = versions().defer("rules")
    table = table.counted(listed.count())
    latest = versions().first()
    may_edit = may(request.membership, "edit_rules")
    context = {
        "rule_set": latest,
        "parts": in_words(document_of(latest), request.tenant.currency),
        "scheme_in_force": document_of(latest)["tiers"]["scheme"],
        "night": latest_night(),
        "table": table,
        "rows": list(listed[table.slice]),
        "may_edit": may_edit,
        "own_draft": draft_of(request.membership) if may_edit else None,
        "others": list(drafts().exclude(owner=request.membership)) if may_edit else [],
    }
    return render(request, "segmentation/rules/rules.html", context)


@require("view_rules")
@require_GET
def rule_version(request: TenantRequest, version: int) -> HttpResponse:
    """One version: what it changed, what it says, as words and as JSON."""
    found = _version(version)
    before = version_before(found)
    document, currency = document_of(found), request.tenant.currency
    latest = versions().first()
    may_edit = may(request.membership, "edit_rules")
    context = {
        "rule_set": found,
        "before": before,
        "changes": changes_in_words(document_of(before), document, currency),
        "parts": in_words(document, currency),
        "scheme_in_force": document["tiers"]["scheme"],
        "json": print_rules(found.rules),
        "is_latest": found == latest,
        "may_edit": may_edit,
        "own_draft": draft_of(request.membership) if may_edit else None,
        "breadcrumbs": [(_("Rules"), reverse("rules"))],
    }
    return render(request, "segmentation/rules/version.html", context)


@require("view_rules")
@require_GET
def rule_file(request: TenantRequest, version: int) -> HttpResponse:
    """A version as the file that ``load_rules`` takes; it names its schema."""
    found = _version(version)
    schema = request.build_absolute_uri(links.platform_url(request, "rule_schema"))
    response = HttpResponse(
        print_rules({"$schema": schema, **found.rules}), content_type="application/json"
    )
    name = f"{request.tenant.slug}-rules-v{found.version}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_GET
def rule_schema(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of rule files, the same for every tenant; editors fetch it by its address."""
    text = json.dumps(SCHEMA, ensure_ascii=False, indent=2)
    return HttpResponse(text, content_type="application/schema+json")


def _version(version: int) -> RuleSet:
    found: Any = versions().filter(version=version).first()
    if found is None:
        raise Http404
    rule_set: RuleSet = found
    return rule_set
