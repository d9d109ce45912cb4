"""The view that every part of the API derives from."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any, ClassVar

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions, permissions, status, throttling
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actions.audit import program
from accounts.guessing import wrong_one
from accounts.models import ApiAnswer, ApiToken, Customer, Membership, Tenant, User
from accounts.permissions import may
from accounts.rest.idempotency import AnsweredBefore, answered_once, refuse_narrower
from accounts.rest.scopes import scopes
from accounts.rest.tokens import note_use, tenant_of
from accounts.tenancy import tenant_scope
from accounts.tenancy.models import TenantQuerySet

READING = ("GET", "HEAD", "OPTIONS")
# In place of a scope: whatever the token may.
EVERY_PROGRAM = "*"
# Set on a refusal whose record is to stay: what was tried and did not go.
KEPT = "is_kept"


def token_of(request: Request) -> ApiToken | None:
    """Whom the request is of; None: nobody said."""
    found = request.auth
    return found if isinstance(found, ApiToken) else None


def without(body: Any, told_once: Collection[str]) -> Any:
    """An answer with null for the fields that are told once."""
    if isinstance(body, dict):
        return {
            name: None if name in told_once else without(value, told_once)
            for name, value in body.items()
        }
    return [without(one, told_once) for one in body] if isinstance(body, list) else body


def _refuse_other_media(request: Request) -> None:
    """
    Raises:
        UnsupportedMediaType: there is a body that none of the parsers reads.
    """
    held = request.META.get("CONTENT_LENGTH") not in (None, "", "0")
    if held and request.method not in READING:
        known: Any = request
        if known.negotiator.select_parser(request, known.parsers) is None:
            raise exceptions.UnsupportedMediaType(request.content_type)


class ScopePermission(permissions.BasePermission):
    """The token has the scope that the view asks for, and the person it is of has the ability."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        assert isinstance(view, ApiView)
        token = token_of(request)
        if token is None:
            raise exceptions.NotAuthenticated(_("Say who you are: Authorization: Bearer …"))
        if request.method not in view.allowed_methods:
            # Before a scope is asked for: none allows it.
            raise exceptions.MethodNotAllowed(str(request.method))
        needed = view.scope_to_read if request.method in READING else view.scope_to_write
        if needed == EVERY_PROGRAM:
            return True
        if needed not in token.scopes:
            raise exceptions.PermissionDenied(
                _("This token lacks the scope %(scope)s.") % {"scope": needed}
            )
        if token.member is not None and not may(token.member, scopes[needed].ability):
            raise exceptions.PermissionDenied(_("The person of this token may not do this."))
        return True


class TokenThrottle(throttling.SimpleRateThrottle):
    """So many requests a minute for each token."""

    scope = "token"
    rate = "600/min"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        token = token_of(request)
        return None if token is None else f"api:{token.tenant_id}:{token.pk}"

    def told(self) -> dict[str, str]:
        """Headers that say how much is left, and in how many seconds there is more."""
        # Set by the base class, whose stubs do not know them.
        known: Any = self
        if getattr(known, "history", None) is None:
            return {}
        oldest = known.history[-1] if known.history else known.now
        return {
            "RateLimit-Limit": str(known.num_requests),
            "RateLimit-Remaining": str(max(0, known.num_requests - len(known.history))),
            "RateLimit-Reset": str(max(1, math.ceil(oldest + known.duration - known.now))),
        }


class ApiView(APIView):
    """A resource of one tenant. The scope is open for the whole request; what is refused or breaks
    leaves nothing behind."""

    scope_to_read: ClassVar[str]
    scope_to_write: ClassVar[str] = ""
    # Fields of its answers, however deep, that are told once: what is kept for an Idempotency-Key has
    # none of them.
    told_once: ClassVar[frozenset[str]] = frozenset()
    permission_classes = [ScopePermission]
    throttle_classes = [TokenThrottle]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        tenant = tenant_of(request.headers.get("Authorization", ""))
        request.tenant = tenant  # type: ignore[attr-defined]
        if tenant is None:
            return super().dispatch(request, *args, **kwargs)
        structlog.contextvars.bind_contextvars(tenant=tenant.slug)
        reset = program.set("")
        try:
            with tenant_scope(tenant.pk), timezone.override(tenant.zone):
                response = super().dispatch(request, *args, **kwargs)
                if response.status_code >= 400 and not getattr(response, KEPT, False):
                    transaction.set_rollback(True)
        finally:
            program.reset(reset)
        # Apart from the request, which may take long, and may be refused: it was used all the same.
        used = getattr(self.request, "_auth", None)
        if isinstance(used, ApiToken):
            note_use(used)
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        _refuse_other_media(request)
        program.set(self.token.name)
        self.again = None
        if request.method == "POST":
            try:
                self.again = answered_once(request)
            except AnsweredBefore as before:
                self.refuse_replay(before.answer)
                raise

    def refuse_replay(self, answer: ApiAnswer) -> None:
        """An answer is said again to whom it would be said now. Scope and ability were looked at.

        Raises:
            PermissionDenied: the token may or sees something else by now.
            Http404: it does not see the record or its customer any more.
        """
        refuse_narrower(answer, self.token)
        key = answer.body.get("customer") if isinstance(answer.body, dict) else None
        if isinstance(key, str) and not self.customers().filter(key=key).exists():
            raise Http404

    def record_made(self) -> int | None:
        """The number of the record that a POST made, where the token sees it."""
        return None

    def check_permissions(self, request: Request) -> None:
        # Refusals count as well: whoever may not is held up like whoever may.
        super().check_throttles(request)
        super().check_permissions(request)

    def check_throttles(self, request: Request) -> None:
        """Were counted with the permissions."""

    def handle_exception(self, exc: Exception) -> Response:
        self.again = None
        if isinstance(exc, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
            wait = wrong_one(self.request._request, "api-token")
            if wait:
                exc = exceptions.Throttled(wait, _("Too many wrong tokens."))
        if isinstance(exc, AnsweredBefore):
            return exc.response()
        return super().handle_exception(exc)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        final = super().finalize_response(request, response, *args, **kwargs)
        again = getattr(self, "again", None)
        if again is not None and (response.status_code < 400 or getattr(response, KEPT, False)):
            body = without(response.data, self.told_once)
            again.keep(response.status_code, body, record=self.record_made())
        for throttle in getattr(self, "throttles", ()):
            for name, value in throttle.told().items():
                final[name] = value
        return final

    def get_throttles(self) -> list[Any]:
        # Kept: the answer says what is left.
        self.throttles = list(super().get_throttles())
        return self.throttles

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """What can be done here stands in ``Allow``."""
        return Response(status=status.HTTP_204_NO_CONTENT)

    @property
    def tenant(self) -> Tenant:
        return self.request._request.tenant  # type: ignore[no-any-return, attr-defined]

    @property
    def token(self) -> ApiToken:
        found = token_of(self.request)
        assert found is not None, "ScopePermission has seen it"
        return found

    @property
    def member(self) -> Membership | None:
        """Whose token it is; None: a program of the tenant's own."""
        return self.token.member

    @property
    def person(self) -> User | None:
        """For ``by=``."""
        return self.token.member.user if self.token.member else None

    def customers(self) -> TenantQuerySet:
        """The customers that the token sees: those of its person, or every one."""
        if self.member is None:
            return Customer.objects.all()
        return Customer.objects.visible_to(self.member)

    def of_seen_customers(self, rows: QuerySet[Any], customer: str = "customer") -> QuerySet[Any]:
        """Of rows that belong to customers those of the customers that the token sees. ``customer``:
        the way from a row to its customer."""
        if self.member is None:
            return rows
        return rows.filter(**{f"{customer}__in": self.customers().order_by().values("pk")})

    def customer_named(self, key: str, field: str = "customer") -> Customer:
        """The customer that a body names in ``field``.

        Raises:
            ValidationError: there is none with this key, for this token.
        """
        found: Customer | None = self.customers().filter(key=key).first()
        if found is None:
            raise exceptions.ValidationError({field: [_("There is no such customer.")]})
        return found

    def somebody(self) -> User:
        """The person of the token, for what nobody else does.

        Raises:
            PermissionDenied: the token is of no person.
        """
        if self.person is None:
            raise exceptions.PermissionDenied(_("This takes the token of a person."))
        return self.person
