"""Saying what is promised about cases, and which departments there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Department, Membership, Tenant, User
from service.compute.case_rules import RulesFault, read_rules
from service.models import CaseRules
from service.queries.case_rules import document_of, latest_rules


@transaction.atomic
def publish_case_rules(
    *, document: Mapping[str, Any], seen: int, note: str, tenant: Tenant, by: User | None
) -> CaseRules | None:
    """Promise this from now on; cases that are open already keep their moments until something about
    them changes. None: nothing differs.

    Raises:
        ValidationError: somebody published since version ``seen``, or something makes no sense.
    """
    # One at a time for a tenant.
    Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)
    latest = latest_rules()
    version = latest.version if latest else 0
    if version != seen:
        raise ValidationError(
            _("This was changed meanwhile. Look at it as it is now and change it again.")
        )
    try:
        read_rules(document, zone=tenant.timezone)
    except RulesFault as fault:
        raise ValidationError({fault.field: fault.code}) from fault
    before = document_of(latest)
    if document == before:
        return None
    made: CaseRules = CaseRules.objects.create(
        version=version + 1, document=dict(document), published_by=by, note=note.strip()
    )
    record(
        "case_rules.published", by=by, about=made, version=made.version, note=made.note,
        before={"case_rules": before}, after={"case_rules": dict(document)},
    )  # fmt: skip
    return made


@transaction.atomic
def save_department(
    *,
    department: Department | None,
    name: str,
    lead: Membership | None,
    kinds: Sequence[str],
    priorities: Sequence[str],
    takes_cases: bool,
    is_active: bool,
    by: User | None,
) -> Department:
    """Make a department (None), or change one. A new one comes last.

    Raises:
        ValidationError: by ``name``.
    """
    words = " ".join(name.split())
    if not words:
        raise ValidationError({"name": _("Give it a name.")})
    row = department or Department(
        position=(Department.objects.aggregate(last=Max("position"))["last"] or 0) + 1
    )
    if Department.objects.filter(name=words).exclude(pk=row.pk).exists():
        raise ValidationError({"name": _("There is a department of this name already.")})
    row.name, row.lead = words, lead
    row.kinds, row.priorities = list(kinds), list(priorities)
    row.takes_cases, row.is_active = takes_cases, is_active
    row.save()
    record(
        "department.changed" if department else "department.made", by=by, about=row,
        lead=str(lead or ""), is_active=is_active,
    )  # fmt: skip
    return row
