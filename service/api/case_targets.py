"""What is promised about cases, and the departments that they go to, as other programs set them."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.api.settings import DepartmentRows
from accounts.api.settings import Departments as DepartmentsRead
from accounts.models import Case, Membership
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item
from service.actions.case_rules import publish_case_rules, save_department
from service.compute.case_rules import (
    EVERY_TIER,
    LEAST_MINUTES,
    MOST_MINUTES,
    MOST_REOPEN_DAYS,
    MOST_WARN_MINUTES,
    PRIORITIES,
    RulesFault,
    read_rules,
)
from service.models import CaseRules
from service.queries.case_rules import document_of, latest_rules
from ui.palette import MARKS

CLOCK = r"\A([01]\d|2[0-3]):[0-5]\d\Z"
TARGETS = {"": {"urgent": [60, 480], "high": [120, 960]}, "vip": {"urgent": [30, 240]}}
EXAMPLE: dict[str, Any] = {
    "version": 3,
    "office": {
        "opens": "09:00", "closes": "18:00", "break_from": "12:00", "break_to": "13:00", "zone": "",
    },
    "targets": TARGETS,
    "reopen_days": 14,
    "warn_minutes": 60,
    "known_from": "2026-01-05T10:00:00+08:00",
    "published_by": "ida@vendor.example",
    "note": "As of the new contract",
}  # fmt: skip


class CaseOffice(serializers.Serializer[Any]):
    """When the office works; `closes` 00:00: at midnight. `zone` empty: the tenant's."""

    opens = serializers.RegexField(CLOCK)
    closes = serializers.RegexField(CLOCK)
    break_from = serializers.RegexField(CLOCK, required=False, allow_null=True, default=None)
    break_to = serializers.RegexField(CLOCK, required=False, allow_null=True, default=None)
    zone = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")

    def validate_zone(self, zone: str) -> str:
        if zone and zone not in available_timezones():
            raise serializers.ValidationError(_("There is no such time zone."))
        return zone


class Targets(serializers.DictField):
    """Tier (empty: every other one) → priority → working minutes to the first response and to the
    solution; null: nothing is promised."""

    def __init__(self, **kwargs: Any) -> None:
        minutes = serializers.IntegerField(
            min_value=LEAST_MINUTES, max_value=MOST_MINUTES, allow_null=True
        )
        pair = serializers.ListField(child=minutes, min_length=2, max_length=2)
        super().__init__(child=serializers.DictField(child=pair), **kwargs)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().to_internal_value(data)
        for known, given, path in (
            ((EVERY_TIER, *MARKS["tier"]), found, ""),
            *((PRIORITIES, row, tier) for tier, row in found.items()),
        ):
            for name in given:
                if name not in known:
                    words = _("One of: %(known)s.") % {"known": ", ".join(filter(None, known))}
                    raise serializers.ValidationError({path or name: [words]})
        return found


@extend_schema_serializer(examples=[OpenApiExample("Targets", EXAMPLE, response_only=True)])
class CaseTargetFields(Shaped):
    """CaseOffice hours, and working minutes to answer and to solve. `version` 0: as shipped. What a tier
    does not say is that of every other one."""

    version = serializers.IntegerField()
    office = CaseOffice()
    targets = Targets()
    reopen_days = serializers.IntegerField(help_text="So long a customer may open a case again.")
    warn_minutes = serializers.IntegerField(help_text="So early whoever looks after it is told.")
    known_from = serializers.DateTimeField(allow_null=True)
    published_by = serializers.CharField(source="published_by.email", allow_null=True, default=None)
    note = serializers.CharField()


class CaseTargetChanges(serializers.Serializer[Any]):
    """What changes; a part that is not sent stays. `targets` replaces all of them."""

    office = CaseOffice()
    targets = Targets()
    reopen_days = serializers.IntegerField(min_value=0, max_value=MOST_REOPEN_DAYS)
    warn_minutes = serializers.IntegerField(min_value=0, max_value=MOST_WARN_MINUTES)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)


def _told(version: CaseRules | None) -> CaseRules:
    """The row with its document's parts beside it; of what ships one that is not saved."""
    found = version or CaseRules(version=0, document=document_of(None))
    if version is None:
        found.known_from = None  # type: ignore[assignment] # as long as anything is known
    for name in ("office", "targets", "reopen_days", "warn_minutes"):
        setattr(found, name, found.document[name])
    return found


class CaseTargets(Item):
    """What is promised now."""

    noun, plural = "case_targets", "case_targets"
    scope_to_read, scope_to_write = "departments:read", "case_targets:write"
    shape = CaseTargetFields
    changes = CaseTargetChanges

    def row(self, *, locked: bool = False) -> Any:
        return _told(latest_rules())

    def change(self, row: Any, given: Given) -> None:
        """Promise something else from now on, as the next version; open cases keep their moments until
        something about them changes."""
        note = given.pop("note", "")
        document = {**row.document, **given}
        if "office" in given:
            document["office"] = {**row.document["office"], **given["office"]}
        try:
            read_rules(document, zone=self.tenant.timezone)
        except RulesFault as fault:
            raise serializers.ValidationError({fault.field: [_fault_words(fault)]}) from fault
        publish_case_rules(
            document=document, seen=row.version, note=note, tenant=self.tenant, by=self.person
        )


class CaseTargetVersions(Collection):
    """What was promised from when on, the latest version first."""

    noun, plural = "case_target_version", "case_target_versions"
    scope_to_read = "departments:read"
    shape = CaseTargetFields
    sorts = {"-version": "version"}

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = CaseRules.objects.select_related("published_by")
        return rows

    def told(self, rows: Any) -> Any:
        return [_told(row) for row in rows]


class DepartmentChanges(serializers.Serializer[Any]):
    """What may be changed; what is not sent stays. No kinds or priorities: every one."""

    name = serializers.CharField(max_length=200)
    lead = serializers.CharField(
        max_length=254,
        required=False,
        allow_null=True,
        help_text="E-mail of a member; null: nobody.",
    )
    kinds = serializers.ListField(
        child=serializers.ChoiceField(Case.Kind.choices), required=False,
        max_length=len(Case.Kind),
    )  # fmt: skip
    priorities = serializers.ListField(
        child=serializers.ChoiceField(Case.Priority.choices), required=False,
        max_length=len(Case.Priority),
    )  # fmt: skip
    takes_cases = serializers.BooleanField(required=False)
    is_active = serializers.BooleanField(required=False)


@extend_schema_serializer(
    examples=[OpenApiExample("A department", {"name": "Development", "kinds": ["problem"]})]
)
class NewDepartment(DepartmentChanges):
    """A department; it comes last."""


class Departments(DepartmentsRead):
    """Departments, in the order in which cases look for one."""

    scope_to_write = "case_targets:write"
    new = NewDepartment

    def make(self, given: Given) -> Any:
        """Make a department, which cases can be passed on to."""
        blank: Given = {
            "lead": None,
            "kinds": [],
            "priorities": [],
            "takes_cases": True,
            "is_active": True,
        }
        values: Given = {**blank, **_with_lead(given)}
        return save_department(department=None, by=self.person, **values)


class OneDepartment(DepartmentRows, Item):
    """One department."""

    scope_to_write = "case_targets:write"
    changes = DepartmentChanges

    def change(self, row: Any, given: Given) -> None:
        """Change who answers for it and which cases it takes."""
        names = ("name", "lead", "kinds", "priorities", "takes_cases", "is_active")
        values = {name: getattr(row, name) for name in names} | _with_lead(given)
        save_department(department=row, by=self.person, **values)


def _with_lead(given: Given) -> Given:
    """
    Raises:
        ValidationError: nobody active has this address.
    """
    found = dict(given)
    email = found.get("lead")
    if email is not None:
        members = Membership.objects.filter(is_active=True, user__email=email)
        found["lead"] = members.select_related("user").first()
        if found["lead"] is None:
            raise serializers.ValidationError({"lead": [_("There is no such member.")]})
    return found


def _fault_words(fault: RulesFault) -> str:
    if fault.field == "office":
        return _("These office hours make no sense: the break lies between opening and closing.")
    if fault.code == "order":
        return _("A case cannot be solved before it is answered.")
    return _("Hours lie between 0.1 and 800.")
