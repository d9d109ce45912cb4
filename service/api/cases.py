"""Cases for other programs: reported, listed, read."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Case, Contact, Customer, Module
from accounts.rest.base import ApiView
from accounts.rest.paging import Pages
from accounts.rest.problems import Conflict
from service.actions.case_words import answer_customer, hear_customer, note_internally
from service.actions.cases import LONGEST_TEXT, LONGEST_TITLE, report_case
from service.models import CaseEntry, CaseWork


class CaseFields(serializers.Serializer[Case]):
    """A case as other programs see it. Moments with their offset; empty: not yet, or not known."""

    key = serializers.CharField()
    customer = serializers.CharField(source="customer.key")
    contact = serializers.SerializerMethodField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(Case.Kind.choices)
    priority = serializers.ChoiceField(Case.Priority.choices)
    state = serializers.SerializerMethodField()
    owner = serializers.SerializerMethodField()
    opened_at = serializers.DateTimeField()
    first_response_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField()
    response_due_at = serializers.SerializerMethodField()
    resolution_due_at = serializers.SerializerMethodField()
    is_breached = serializers.SerializerMethodField()
    satisfaction = serializers.IntegerField()

    def get_contact(self, case: Case) -> str | None:
        return case.contact.key if case.contact else None

    def get_state(self, case: Case) -> str:
        work = _work(case)
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
        work = _work(case)
        return work is not None and work.is_breached


class NewCase(serializers.Serializer[Case]):
    """What a customer brings. Without a priority the one that its kind and tier suggest."""

    customer = serializers.CharField(help_text="Key of the customer.")
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
    contact = serializers.CharField(
        required=False, allow_null=True, default=None, help_text="Key of the contact."
    )
    module = serializers.CharField(
        required=False, allow_null=True, default=None, help_text="Key of the module."
    )


class CasePage(serializers.Serializer[Any]):
    """A page of cases; ``next`` and ``previous`` are addresses, to be followed as they are."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = CaseFields(many=True)


class NewWords(serializers.Serializer[Any]):
    """What was said about a case."""

    kind = serializers.ChoiceField(
        CaseEntry.Kind.choices[:3],
        help_text="`customer`: the customer's words; `answer`: words to the customer, who is written to; "
        "`note`: for us alone. The last two need the token of a person.",
    )
    text = serializers.CharField(max_length=LONGEST_TEXT)


class CaseWords(serializers.Serializer[CaseEntry]):
    kind = serializers.ChoiceField(CaseEntry.Kind.choices)
    text = serializers.CharField()
    name = serializers.CharField()
    at = serializers.DateTimeField()


FILTERS = [
    OpenApiParameter("customer", str, description="Key of a customer."),
    OpenApiParameter("state", str, enum=CaseWork.State.values),
    OpenApiParameter("priority", str, enum=Case.Priority.values),
    OpenApiParameter("limit", int, description="Rows of a page, at most 500."),
    OpenApiParameter("cursor", str, description="From `next` or `previous` of a page."),
]
IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="The same request with the same key is answered again, not done again.",
)
REFUSED = OpenApiResponse(description="A problem document (RFC 9457).")
REFUSALS = {400: REFUSED, 401: REFUSED, 403: REFUSED, 404: REFUSED, 429: REFUSED}


class CasePages(Pages):
    ordering = ("-pk",)


class CaseApi(ApiView):
    scope_to_read, scope_to_write = "cases:read", "cases:write"

    def cases(self) -> QuerySet[Case]:
        """Those of the customers that the token sees, each with its work and its people."""
        found: QuerySet[Case] = Case.objects.select_related("customer", "contact", "colleague")
        if self.member is not None:
            found = found.filter(customer__in=self.customers().values("pk"))
        return found.prefetch_related(Prefetch("work", CaseWork.objects.all()))


class CaseList(CaseApi):
    @extend_schema(
        operation_id="list_cases",
        parameters=FILTERS,
        responses={200: CasePage, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """Cases, those reported last first."""
        found = self.cases()
        for name, column, known in (
            ("customer", "customer__key", None),
            ("state", "work__state", CaseWork.State.values),
            ("priority", "priority", Case.Priority.values),
        ):
            wanted = request.query_params.get(name)
            if wanted is None:
                continue
            if known is not None and wanted not in known:
                raise serializers.ValidationError(
                    {name: [_("One of: %(known)s.") % {"known": ", ".join(known)}]}
                )
            found = found.filter(**{column: wanted})
        pages = CasePages()
        rows: Any = pages.paginate_queryset(found, request, view=self)
        return pages.get_paginated_response(CaseFields(rows, many=True).data)

    @extend_schema(
        operation_id="report_case",
        parameters=[IDEMPOTENCY],
        request=NewCase,
        responses={201: CaseFields, 422: REFUSED, **REFUSALS},
    )
    def post(self, request: Request) -> Response:
        """Report a case; its clock starts."""
        given = NewCase(data=request.data)
        given.is_valid(raise_exception=True)
        values: dict[str, Any] = dict(given.validated_data)
        customer = self.customers().filter(key=values.pop("customer")).first()
        if customer is None:
            raise serializers.ValidationError({"customer": [_("There is no such customer.")]})
        contact, module = _named(customer, values.pop("contact"), values.pop("module"))
        work = report_case(
            customer=customer, contact=contact, ties={"module": module} if module else {},
            tenant=self.tenant, by=self.person, **values,
        )  # fmt: skip
        made = CaseFields(self.cases().get(pk=work.case_id)).data
        return Response(made, status=status.HTTP_201_CREATED)


class CaseDetail(CaseApi):
    @extend_schema(operation_id="read_case", responses={200: CaseFields, **REFUSALS})
    def get(self, request: Request, key: str) -> Response:
        """One case."""
        found = self.cases().filter(key=key).first()
        if found is None:
            raise Http404
        return Response(CaseFields(found).data)


class CaseSayings(CaseApi):
    @extend_schema(
        operation_id="add_words",
        parameters=[IDEMPOTENCY],
        request=NewWords,
        responses={201: CaseWords, 409: REFUSED, 422: REFUSED, **REFUSALS},
    )
    def post(self, request: Request, key: str) -> Response:
        """Write down what the customer said, answer, or note something."""
        given = NewWords(data=request.data)
        given.is_valid(raise_exception=True)
        case = self.cases().filter(key=key).first()
        if case is None:
            raise Http404
        if _work(case) is None:
            raise Conflict(_("This case came by a file a moment ago. Try again in a minute."))
        entry = self._said(case, **given.validated_data)
        return Response(CaseWords(entry).data, status=status.HTTP_201_CREATED)

    def _said(self, case: Case, kind: str, text: str) -> CaseEntry:
        if kind == CaseEntry.Kind.CUSTOMER:
            name = case.contact.name if case.contact else self.token.name
            return hear_customer(
                case=case, text=text, tenant=self.tenant, name=name, by=self.person
            )
        if self.person is None:
            raise PermissionDenied(_("This takes the token of a person."))
        if kind == CaseEntry.Kind.NOTE:
            return note_internally(case=case, text=text, by=self.person)
        return answer_customer(case=case, text=text, tenant=self.tenant, by=self.person).entry


def _named(
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


def _work(case: Case) -> CaseWork | None:
    """The work, which was fetched with its case."""
    return next(iter(case.work.all()), None)


def _moment(case: Case, name: str) -> str | None:
    work = _work(case)
    found = getattr(work, name) if work is not None else None
    return serializers.DateTimeField().to_representation(found) if found else None
