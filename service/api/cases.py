"""Cases for other programs: reported, listed, read, changed."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Case, Contact, Customer, Module
from accounts.rest import filters
from accounts.rest.keyset import CURSOR
from accounts.rest.problems import Conflict
from accounts.rest.shapes import Shaped
from accounts.rest.values import Named, colleagues
from accounts.rest.views import Collection, Given, Item, Record, Resource
from projects.models import Project
from projects.queries.portfolio import visible_projects
from service.actions.cases import LONGEST_TEXT, LONGEST_TITLE, report_case, tie_case
from service.models import CaseWork

EXAMPLE: dict[str, Any] = {
    "key": "TN-311",
    "customer": "C-1042",
    "contact": "ann@aurora.example",
    "title": "The list stays empty",
    "module": "orders",
    "project": None,
    "department": None,
    "kind": "problem",
    "priority": "high",
    "state": "open",
    "owner": "mia@vendor.example",
    "opened_at": "2026-11-20T09:30:00+08:00",
    "first_response_at": None,
    "closed_at": None,
    "response_due_at": "2026-11-20T11:30:00+08:00",
    "resolution_due_at": "2026-11-23T09:30:00+08:00",
    "is_breached": False,
    "satisfaction": None,
}


@extend_schema_serializer(examples=[OpenApiExample("A case", EXAMPLE, response_only=True)])
class CaseFields(Shaped):
    """A case as other programs see it. Moments with their offset; empty: not yet, or not known."""

    key = serializers.CharField()
    customer = serializers.CharField(source="customer.key")
    contact = serializers.SerializerMethodField()
    title = serializers.CharField()
    module = serializers.SerializerMethodField()
    project = serializers.SerializerMethodField()
    department = serializers.SerializerMethodField(
        help_text="Id of the one that it was passed on to, until that has answered."
    )
    kind = serializers.ChoiceField(Case.Kind.choices)
    priority = serializers.ChoiceField(Case.Priority.choices)
    state = serializers.SerializerMethodField()
    owner = serializers.SerializerMethodField()
    opened_at = serializers.DateTimeField()
    first_response_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    response_due_at = serializers.SerializerMethodField()
    resolution_due_at = serializers.SerializerMethodField()
    is_breached = serializers.SerializerMethodField()
    satisfaction = serializers.IntegerField(allow_null=True)

    def get_contact(self, case: Case) -> str | None:
        return case.contact.key if case.contact else None

    def get_module(self, case: Case) -> str | None:
        work = work_of(case)
        return work.module.key if work is not None and work.module is not None else None

    def get_project(self, case: Case) -> str | None:
        work = work_of(case)
        return work.project.key if work is not None and work.project is not None else None

    def get_department(self, case: Case) -> int | None:
        work = work_of(case)
        return work.department_id if work is not None else None

    def get_state(self, case: Case) -> str:
        work = work_of(case)
        if work is not None:
            return work.state
        # Brought by a file a moment ago: its clock is being set.
        return CaseWork.State.CLOSED if case.closed_at else CaseWork.State.OPEN

    def get_owner(self, case: Case) -> str | None:
        return case.colleague.key if case.colleague else None

    def get_response_due_at(self, case: Case) -> str | None:
        return _moment(case, "response_due_at")

    def get_resolution_due_at(self, case: Case) -> str | None:
        return _moment(case, "resolution_due_at")

    def get_is_breached(self, case: Case) -> bool:
        work = work_of(case)
        return work is not None and work.is_breached


def _key(words: str, **options: Any) -> serializers.CharField:
    return serializers.CharField(max_length=200, allow_null=True, help_text=words, **options)


class NewCase(serializers.Serializer[Any]):
    """What a customer brings. Without a priority the one that its kind and tier suggest."""

    customer = serializers.CharField(max_length=200, help_text="Key of the customer.")
    title = serializers.CharField(max_length=LONGEST_TITLE)
    kind = serializers.ChoiceField(Case.Kind.choices, default=Case.Kind.PROBLEM)
    text = serializers.CharField(
        max_length=LONGEST_TEXT, required=False, allow_blank=True, default="",
        help_text="The customer's words.",
    )  # fmt: skip
    priority = serializers.ChoiceField(Case.Priority.choices, required=False, default="")
    priority_why = serializers.CharField(
        max_length=500, required=False, allow_blank=True, default="",
        help_text="Needed where the priority is another than suggested.",
    )  # fmt: skip
    contact = _key("Key of the contact.", required=False, default=None)
    module = _key("Key of the module.", required=False, default=None)
    project = _key("Key of the project.", required=False, default=None)
    owner = Named(
        among=colleagues, required=False, default=None, help_text="Null: the customer's face."
    )


class CaseChanges(serializers.Serializer[Any]):
    """What may be changed; what is not sent stays."""

    title = serializers.CharField(max_length=LONGEST_TITLE)
    kind = serializers.ChoiceField(Case.Kind.choices)
    contact = _key("Key of the contact.")
    module = _key("Key of the module.")
    project = _key("Key of the project.")


class CaseRows(Resource):
    noun, plural = "case", "cases"
    scope_to_read, scope_to_write = "cases:read", "cases:write"
    shape = CaseFields

    def found(self) -> QuerySet[Any]:
        """Those of the customers that the token sees, each with its work and its people."""
        rows: QuerySet[Any] = Case.objects.select_related("customer", "contact", "colleague")
        rows = self.of_seen_customers(rows)
        return rows.prefetch_related(
            Prefetch("work", CaseWork.objects.select_related("module", "project"))
        )

    def project(self, customer: Customer, key: str | None) -> Project | None:
        """
        Raises:
            ValidationError: the customer has none with this key, for this token.
        """
        if not key:
            return None
        seen = Project.objects.all() if self.member is None else visible_projects(self.member)
        found: Project | None = seen.filter(customer=customer, key=key).first()
        if found is None:
            raise serializers.ValidationError(
                {"project": [_("The customer has no project with this key.")]}
            )
        return found


class CaseRecord(CaseRows, Record):
    """Who changes a case has its work in hand first, as everything that changes one."""

    def row(self, *, locked: bool = False) -> Any:
        if locked:
            works = CaseWork.objects.filter(case__key=self.kwargs["key"])
            works.select_for_update(of=("self",)).first()
        found = self.found().filter(**self.names()).first()
        if found is None:
            raise Http404
        return found

    def work(self, row: Any) -> CaseWork:
        """
        Raises:
            Conflict: it came by a file, and its clock is not set yet.
        """
        found = work_of(row)
        if found is None:
            raise Conflict(_("This case came by a file a moment ago. Try again in a minute."))
        return found


class Cases(CaseRows, Collection):
    """Cases, those reported last first."""

    may_be_missing = True
    sorts = {"-reported": "pk", "opened_at": "opened_at"}
    filters = (
        filters.text("customer", "customer__key", help="Key of a customer."),
        filters.choice("state", "work__state", CaseWork.State.choices),
        filters.choice("priority", "priority", Case.Priority.choices),
        filters.choice("kind", "kind", Case.Kind.choices),
        filters.text("owner", "colleague__key", help="E-mail of the person."),
        filters.whole("department", "work__department_id", most=2**63 - 1, help="Its id."),
        filters.moment("opened_since", "opened_at__gte"),
        filters.changed_since("work__changed_at"),
    )
    new = NewCase

    def get(self, request: Request, **names: str) -> Response:
        try:
            return super().get(request, **names)
        except serializers.ValidationError as error:
            # So programs were told since there are cases here.
            if isinstance(error.detail, dict) and set(error.detail) == {CURSOR}:
                raise Http404 from error
            raise

    def make(self, given: Given) -> Any:
        """Report a case; its clock starts."""
        customer = self.customer_named(given.pop("customer"))
        contact, module = named(customer, given.pop("contact"), given.pop("module"))
        ties = {"module": module, "project": self.project(customer, given.pop("project"))}
        work = report_case(
            customer=customer, contact=contact, ties=ties,
            tenant=self.tenant, by=self.person, **given,
        )  # fmt: skip
        return self.found().get(pk=work.case_id)


class OneCase(CaseRecord, Item):
    """One case."""

    changes = CaseChanges

    def change(self, row: Any, given: Given) -> None:
        """Change what it is called and what it concerns."""
        work = self.work(row)
        contact, module = named(row.customer, given.get("contact"), given.get("module"))
        tie_case(
            case=row, seen=work.version, title=given.get("title", row.title),
            values={
                "kind": given.get("kind", row.kind),
                "contact": contact if "contact" in given else row.contact,
                "module": module if "module" in given else work.module,
                "project": (
                    self.project(row.customer, given["project"])
                    if "project" in given
                    else work.project
                ),
            },
            by=self.person,
        )  # fmt: skip


def named(
    customer: Customer, contact_key: str | None, module_key: str | None
) -> tuple[Contact | None, Module | None]:
    """The contact and the module of these keys.

    Raises:
        ValidationError: a key that nothing has.
    """
    contact = module = None
    if contact_key:
        contact = Contact.objects.filter(customer=customer, key=contact_key).first()
        if contact is None:
            raise serializers.ValidationError(
                {"contact": [_("The customer has no contact with this key.")]}
            )
    if module_key:
        module = Module.objects.filter(key=module_key).first()
        if module is None:
            raise serializers.ValidationError({"module": [_("There is no module with this key.")]})
    return contact, module


def work_of(case: Case) -> CaseWork | None:
    """The work, which was fetched with its case."""
    return next(iter(case.work.all()), None)


def _moment(case: Case, name: str) -> str | None:
    work = work_of(case)
    found = getattr(work, name) if work is not None else None
    return serializers.DateTimeField().to_representation(found) if found else None
