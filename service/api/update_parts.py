"""What becomes of product updates, for other programs: letters before they go, recipients, use."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import exceptions, serializers

from accounts.actions.mail_settings import send_to_oneself
from accounts.contact_links import contact_path
from accounts.letters import public_address
from accounts.permissions import may
from accounts.rest import filters
from accounts.rest.problems import Conflict
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Resource, Verb
from accounts.throttle import within_rate_of
from service.actions.update_examples import because_of, example_letter
from service.actions.update_sending import give_update_link
from service.actions.updates import audience_of
from service.api.links import TellsAddress
from service.api.updates import UpdateRows
from service.models import ProductUpdate, UpdateRecipient
from service.queries.update_people import counted
from service.queries.update_use import users_of, uses
from service.queries.updates import MOST_CUSTOMERS, update_for

# As often as on screen.
TESTS, SECONDS = 5, 60
PREVIEW: dict[str, Any] = {
    "asked": 12,
    "owns": 30,
    "languages": {"en": 42},
    "left_out": {"no_address": 3},
    "nobody_asked": 1,
    "nobody_owns": 0,
    "letters": [
        {"because": "asked", "language": "en", "subject": "Export to Excel", "text": "…"}
    ],
}  # fmt: skip
RECIPIENT: dict[str, Any] = {
    "id": 8123,
    "customer": "C-1042",
    "contact": "ann@aurora.example",
    "name": "Ann Wu",
    "language": "en",
    "because": "asked",
    "state": "queued",
    "why": "",
    "told_at": "2026-11-18T10:00:00+08:00",
    "answer": "yes",
    "comment": "",
    "answered_at": "2026-11-19T10:00:00+08:00",
    "address": None,
}
USE: dict[str, Any] = {
    "is_measured": True,
    "asked": [{"days": 30, "total": 12, "used": 9}, {"days": 90, "total": 12, "used": None}],
    "owners": [{"days": 30, "total": 40, "used": 11}, {"days": 90, "total": 40, "used": None}],
    "customers": [{"customer": "Aurora", "asked": True, "used_on": "2026-11-20"}],
}


class UpdateLetterFields(serializers.Serializer[Any]):
    """A letter as contacts get it, for the reason `because`."""

    because = serializers.ChoiceField(UpdateRecipient.Because.choices)
    language = serializers.CharField()
    subject = serializers.CharField()
    text = serializers.CharField()


@extend_schema_serializer(examples=[OpenApiExample("A preview", PREVIEW, response_only=True)])
class UpdatePreviewFields(Shaped):
    """Whom an update would go to today: contacts who asked and of owners, by language, those left out by
    why not, and customers with nobody to write to; and how its letters read."""

    asked = serializers.IntegerField()
    owns = serializers.IntegerField()
    languages = serializers.DictField(child=serializers.IntegerField())
    left_out = serializers.DictField(child=serializers.IntegerField())
    nobody_asked = serializers.IntegerField()
    nobody_owns = serializers.IntegerField()
    letters = UpdateLetterFields(many=True)


class OfUpdate(Resource):
    """Something of the update that the address names."""

    scope_to_read, scope_to_write = "updates:read", "updates:write"

    def update_named(self) -> ProductUpdate:
        """
        Raises:
            Http404: there is none.
        """
        found = update_for(self.kwargs["pk"])
        if found is None:
            raise Http404
        return found

    @property
    def today(self) -> date:
        return self.tenant.local_date(timezone.now())


class TestLetter(serializers.Serializer[Any]):
    """Which letter: for which reason, in which language of the update."""

    because = serializers.ChoiceField(UpdateRecipient.Because.choices)
    language = serializers.CharField(max_length=10)


class UpdateTesting(UpdateRows, Verb):
    verb = "test"
    needs = TestLetter

    def act(self, row: Any, given: Given) -> Any:
        """Send a draft's letter to the person of the token, as contacts would get it."""
        self.somebody()
        assert self.member is not None
        if row.state != ProductUpdate.State.DRAFT:
            raise Conflict(_("This update was sent before."))
        if given["language"] not in row.titles:
            words = _("One of: %(known)s.") % {"known": ", ".join(row.titles)}
            raise serializers.ValidationError({"language": [words]})
        who = f"{self.tenant.pk}:{self.member.pk}"
        if not within_rate_of(who, "update-test", times=TESTS, seconds=SECONDS):
            raise exceptions.Throttled(SECONDS, _("Wait a minute, then try again."))
        letter = example_letter(self.tenant, row, now=timezone.now(), **given)
        sent = send_to_oneself(letter, self.member)
        if sent is None or sent.state != sent.State.QUEUED:
            raise Conflict(_("Nothing can be sent to your own address."))


class UpdatePreview(OfUpdate, Item):
    """Whom an update would go to, and, for who may send it, how its letters read."""

    noun, plural = "update_preview", "updates"
    shape = UpdatePreviewFields

    def row(self, *, locked: bool = False) -> Any:
        update, now = self.update_named(), timezone.now()
        # As on screen letters are shown to who may send them.
        may_send = self.member is None or may(self.member, "send_updates")
        people = counted(audience_of(update), self.today)
        letters = [
            (because, language, example_letter(
                self.tenant, update, language=language, because=because, now=now
            ))
            for because in because_of(update)
            for language in update.titles
            if may_send and language in dict(settings.LANGUAGES)
        ]  # fmt: skip
        return {
            **{name: getattr(people, name) for name in (
                "asked", "owns", "languages", "left_out", "nobody_asked", "nobody_owns",
            )},
            "letters": [
                {
                    "because": because, "language": language, "subject": letter.line("_subject"),
                    "text": letter.part(""),
                }
                for because, language, letter in letters
            ],
        }  # fmt: skip


@extend_schema_serializer(examples=[OpenApiExample("Ann", RECIPIENT, response_only=True)])
class UpdateRecipientFields(Shaped):
    """A contact that an update was for, whether it could be written to (`why` not), and whether it is
    what they asked for. `address` is told once, to who made a link."""

    id = serializers.IntegerField()
    customer = serializers.CharField(source="customer.key")
    contact = serializers.CharField(source="contact.key", allow_null=True, default=None)
    name = serializers.CharField()
    language = serializers.CharField()
    because = serializers.ChoiceField(UpdateRecipient.Because.choices)
    state = serializers.CharField(help_text="waiting, queued (written) or left_out.")
    why = serializers.CharField()
    told_at = serializers.DateTimeField(allow_null=True)
    answer = serializers.CharField(help_text="yes, partly, no; empty: none yet.")
    comment = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)
    address = serializers.CharField(source="told_address", allow_null=True, default=None)


class RecipientRows(OfUpdate):
    noun, plural = "update_recipient", "update_recipients"
    shape = UpdateRecipientFields

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = UpdateRecipient.objects.filter(update=self.update_named())
        return self.of_seen_customers(rows.select_related("customer", "contact", "update"))


class UpdateRecipients(RecipientRows, Collection):
    """Whom an update went to, at the customers that the token sees."""

    sorts = {"name": "name", "told_at": "told_at"}
    filters = (
        filters.choice("state", "state", ["waiting", "queued", "left_out"]),
        filters.choice("because", "because", UpdateRecipient.Because.values),
        filters.choice("answer", "answer", UpdateRecipient.Answer.values),
        filters.text("customer", "customer__key", many=True, help="Keys with commas between."),
    )


class UpdateLinking(TellsAddress, RecipientRows, Verb):
    verb = "give_link_to"
    makes = UpdateRecipientFields

    def names(self) -> dict[str, Any]:
        return {"pk": self.kwargs["recipient"]}

    def act(self, row: Any, given: Given) -> Any:
        """Make a link for a recipient, to be handed over where no letter reaches them."""
        if row.contact is None:
            raise Conflict(_("This person is no longer a contact of the customer."))
        _link, secret = give_update_link(recipient=row, by=self.person)
        row.told_address = public_address() + contact_path(self.tenant.pk, secret)
        return row


class UpdateUseShare(serializers.Serializer[Any]):
    """Of so many customers so many used it within so many days; null: too early to say."""

    days = serializers.IntegerField()
    total = serializers.IntegerField()
    used = serializers.IntegerField(allow_null=True)


class UpdateUser(serializers.Serializer[Any]):
    """A customer that the use is asked of, by its name, and the day of its first use."""

    customer = serializers.CharField(source="name")
    asked = serializers.BooleanField()
    used_on = serializers.DateField(allow_null=True)


@extend_schema_serializer(examples=[OpenApiExample("Use", USE, response_only=True)])
class UpdateUseFields(Shaped):
    """Whether what was shipped is used: by customers who asked for it, and by owners of its modules who
    did not. `customers`: those behind it that the token sees, at most 500. `is_measured` false: it names
    neither an event nor a module."""

    is_measured = serializers.BooleanField()
    asked = UpdateUseShare(many=True)
    owners = UpdateUseShare(many=True)
    customers = UpdateUser(many=True)


class UpdateUse(OfUpdate, Item):
    """Whether an update is used; 404 of a draft."""

    noun, plural = "update_use", "updates"
    shape = UpdateUseFields

    def row(self, *, locked: bool = False) -> Any:
        update = self.update_named()
        if update.state == ProductUpdate.State.DRAFT:
            raise Http404
        use = uses([update], today=self.today, zone=self.tenant.zone)[update.pk]
        rows = users_of(
            update, self.customers(), zone=self.tenant.zone, most=MOST_CUSTOMERS
        )  # fmt: skip
        return {
            "is_measured": use.is_measured, "asked": use.asked, "owners": use.owners,
            "customers": rows,
        }  # fmt: skip
