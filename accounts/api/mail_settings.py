"""How the tenant's letters are, for other programs: sender, signatures, quiet hours."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import exceptions, serializers

from accounts.actions.mail_settings import (
    MailSettingsConflict,
    change_mail_settings,
    send_test_letter,
)
from accounts.api.letters import LetterFields
from accounts.models import MailSettings
from accounts.models.mail import LEAST_KEPT_DAYS, MOST_KEPT_DAYS
from accounts.queries.mail import letters, mail_settings
from accounts.rest.problems import Conflict
from accounts.rest.shapes import ChangedMeanwhile, Shaped
from accounts.rest.views import Given, Item, Resource, Verb
from accounts.throttle import within_rate_of

TIMES, SECONDS = 10, 60
LONGEST_SIGNATURE = 1000
EXAMPLE: dict[str, Any] = {
    "sender_name": "Acme Customer Service",
    "reply_to": "service@acme.example",
    "signatures": {"en": "Your team at Acme"},
    "is_quiet": True,
    "quiet_from": "20:00",
    "quiet_until": "08:00",
    "is_quiet_on_weekends": True,
    "notifications_kept_days": 400,
    "letters_kept_days": 730,
}


# OpenAPI's own format of a time has an offset, which a clock of whoever reads does not have.
@extend_schema_field({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"})
class ClockTime(serializers.TimeField):
    """Hour and minute."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", input_formats=["%H:%M"], **kwargs)


@extend_schema_serializer(examples=[OpenApiExample("Settings", EXAMPLE, response_only=True)])
class MailSettingsFields(Shaped):
    """How the tenant's letters are. ``quiet_from`` and ``quiet_until``: by the clock of who reads."""

    sender_name = serializers.CharField(help_text="Empty: the installation's.")
    reply_to = serializers.CharField()
    signatures = serializers.DictField(
        child=serializers.CharField(), help_text="By language, under letters to customers."
    )
    is_quiet = serializers.BooleanField(
        help_text="Surveys, updates, reports and digests wait for the morning."
    )
    quiet_from = ClockTime()
    quiet_until = ClockTime()
    is_quiet_on_weekends = serializers.BooleanField()
    notifications_kept_days = serializers.IntegerField()
    letters_kept_days = serializers.IntegerField()


def _kept_days() -> serializers.IntegerField:
    return serializers.IntegerField(min_value=LEAST_KEPT_DAYS, max_value=MOST_KEPT_DAYS)


class MailSettingsChanges(serializers.Serializer[Any]):
    """What may be changed; what is not sent stays."""

    sender_name = serializers.CharField(max_length=100, allow_blank=True)
    reply_to = serializers.EmailField(max_length=254, allow_blank=True)
    signatures = serializers.DictField(
        child=serializers.CharField(max_length=LONGEST_SIGNATURE, allow_blank=True),
        help_text="By language; all of them.",
    )
    is_quiet = serializers.BooleanField()
    quiet_from = ClockTime()
    quiet_until = ClockTime()
    is_quiet_on_weekends = serializers.BooleanField()
    notifications_kept_days = _kept_days()
    letters_kept_days = _kept_days()

    def validate_signatures(self, given: dict[str, str]) -> dict[str, str]:
        known = [code for code, _name in settings.LANGUAGES]
        if any(code not in known for code in given):
            raise serializers.ValidationError(_("One of: %(known)s.") % {"known": ", ".join(known)})
        return {code: text.strip() for code, text in given.items() if text.strip()}


class MailSettingsRow(Resource):
    noun, plural = "mail_settings", "mail_settings"
    scope_to_read, scope_to_write = "mail:read", "mail:write"
    shape = MailSettingsFields

    def row(self, *, locked: bool = False) -> Any:
        if locked:
            MailSettings.objects.get_or_create()
            return MailSettings.objects.select_for_update().get()
        return mail_settings()


class MailSettingsOfTenant(MailSettingsRow, Item):
    """How the tenant's letters are."""

    changes = MailSettingsChanges

    def change(self, row: Any, given: Given) -> None:
        """Change how letters are; those that wait leave as it is then."""
        try:
            change_mail_settings(seen=row.version, by=self.person, **given)
        except MailSettingsConflict as error:
            raise ChangedMeanwhile(
                _("This was changed since you read it. Read it again.")
            ) from error


class TryMail(MailSettingsRow, Verb):
    """A letter to oneself."""

    verb = "test"
    makes = LetterFields

    def act(self, row: Any, given: Given) -> Any:
        """Write to the person of the token: whether the mail server takes it, and how it arrives."""
        person = self.somebody()
        assert self.member is not None
        if not within_rate_of(str(self.tenant.pk), "mail-test", times=TIMES, seconds=SECONDS):
            raise exceptions.Throttled(SECONDS, _("Wait a minute, then try again."))
        sent = send_test_letter(
            member=self.member,
            tenant=self.tenant,
            language=person.language or translation.get_language() or "en",
        )
        if sent is None or sent.state != sent.State.QUEUED:
            raise Conflict(_("Nothing can be sent to your own address."))
        return letters().get(pk=sent.pk)
