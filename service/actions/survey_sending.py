"""Asking a survey: a round, its links, and the letters that carry them.

Who is asked is decided once, when the round starts; the letters follow in batches. A link has no
secret before its letter is written, so nothing that could be opened waits in the database.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.contact_links import new_secret
from accounts.models import Contact, Tenant, User
from projects.models import Project
from service.actions.survey_letters import (
    drop_waiting_letter,
    drop_waiting_letters,
    write_letter,
)
from service.actions.surveys import locked_settings
from service.models import Survey, SurveyInvitation, SurveyRound
from service.queries.survey_recipients import Asking, judged, outlook
from service.queries.surveys import latest_words

Why = SurveyRound.Why
BATCH = 200
# Of a round that is started by hand so many letters are written at once, the rest within minutes.
AT_ONCE = 50
# A hash that no secret has: until its letter is written, nobody can open the link.
_UNKNOWN_HASH = "encode(sha256(convert_to(gen_random_uuid()::text, 'UTF8')), 'hex')"


def hand_key() -> str:
    """Of a round that a person starts: each is one of its own."""
    return f"hand:{secrets.token_hex(8)}"


@transaction.atomic
def start_round(
    *,
    survey: Survey,
    why: str,
    key: str,
    contacts: QuerySet,
    language: str,
    tenant: Tenant,
    label: str = "",
    project: Project | None = None,
    is_capped: bool = True,
    needs_address: bool = True,
    only_customers: bool = False,
    by: User | None,
    now: datetime | None = None,
) -> SurveyRound | None:
    """Ask these contacts, without those who are to be left out; nothing is sent yet.

    Args:
        key: what it is asked for; a round of this key that is there already is left alone.
        is_capped: whether the tenant's limit between two surveys holds.

    Returns:
        The round; None where it was started before.

    Raises:
        ValidationError: the survey is not in use, or nobody would be asked by hand.
    """
    rules = locked_settings()
    if not Survey.objects.filter(pk=survey.pk, is_active=True).exists():
        raise ValidationError({"survey": _("This survey is not in use.")})
    if SurveyRound.objects.filter(key=key).exists():
        return None
    moment = now or timezone.now()
    asking = Asking(
        now=moment,
        today=tenant.local_date(moment),
        cap_days=rules.cap_days if is_capped else 0,
        needs_address=needs_address,
        only_customers=only_customers,
    )
    found = outlook(contacts, asking)
    if (by is not None or why == Why.HAND) and not found.asked:
        raise ValidationError(_("Nobody would be asked."))
    made = SurveyRound.objects.create(
        survey=survey,
        version=latest_words(survey),
        why=why,
        key=key,
        label=label.strip(),
        project=project,
        opened_at=moment,
        closes_at=moment + timedelta(days=rules.open_days),
        started_by=by,
        left_out=found.left_out,
    )
    _invite(made, contacts, asking, language, by)
    record(
        "survey.sent", by=by, about=made, survey=survey.name, asked=found.asked,
        left_out=found.left_out,
    )  # fmt: skip
    return made


def _invite(
    made: SurveyRound, contacts: QuerySet, asking: Asking, language: str, by: User | None
) -> None:
    """A link for each who is asked, in one statement."""
    inner, parameters = (
        judged(contacts, asking)
        .order_by()
        .values("pk", "customer_id", "name", "email", "held", "left_out")
        .query.sql_with_params()
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO service_surveyinvitation "  # noqa: S608
            "(round_id, contact_id, customer_id, name, email, "
            "roles, language, secret_hash, sent_by_id, sent_at, expires_at, state) "
            "SELECT %s, pk, customer_id, name, email, held, %s, "
            f"{_UNKNOWN_HASH}, %s, %s, %s, 'queued' "
            f"FROM ({inner}) AS judged (pk, customer_id, name, email, held, left_out) "
            "WHERE left_out = '' ORDER BY pk",
            [made.pk, language, by.pk if by else None, asking.now, made.closes_at, *parameters],
        )


@transaction.atomic
def send_queued(*, tenant: Tenant, most: int = BATCH, now: datetime | None = None) -> int:
    """Write the letters of the next links that wait, in the order in which they were asked for.

    Of two at once each takes others. What waited until its round had closed is not sent any more.
    Returns how many were taken.
    """
    moment = now or timezone.now()
    waiting = (
        SurveyInvitation.objects.filter(
            state=SurveyInvitation.State.QUEUED,
            revoked_at=None,
            expires_at__gt=moment,
            round__closes_at__gt=moment,
        )
        .exclude(contact=None)
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("round__survey", "round__version", "contact")
        .order_by("pk")[:most]
    )
    taken = list(waiting)
    for invitation in taken:
        send_link(invitation=invitation, tenant=tenant, now=moment)
    return len(taken)


def send_link(
    *, invitation: SurveyInvitation, tenant: Tenant, now: datetime, writes: bool = True
) -> str:
    """Give a link its secret, and write its letter where there is an address. Returns the secret,
    which cannot be had again. In the caller's transaction, with the row locked."""
    secret, invitation.secret_hash = new_secret()
    invitation.state, invitation.sent_at = SurveyInvitation.State.SENT, now
    invitation.save(update_fields=["secret_hash", "state", "sent_at"])
    if writes and invitation.email:
        write_letter(invitation=invitation, secret=secret, tenant=tenant)
    return secret


@transaction.atomic
def ask_contacts(
    *,
    survey: Survey,
    contacts: QuerySet,
    language: str,
    label: str,
    tenant: Tenant,
    by: User | None,
) -> SurveyRound:
    """Start a round by hand and write its first letters.

    Raises:
        ValidationError: as in :func:`start_round`.
    """
    made = start_round(
        survey=survey, why=Why.HAND, key=hand_key(), contacts=contacts, language=language,
        tenant=tenant, label=label, by=by,
    )  # fmt: skip
    assert made is not None
    send_queued(tenant=tenant, most=AT_ONCE)
    return made


@transaction.atomic
def ask_contact(
    *,
    survey: Survey,
    contact: Contact,
    language: str,
    tenant: Tenant,
    writes: bool = True,
    by: User | None,
    now: datetime | None = None,
) -> tuple[SurveyInvitation, str]:
    """Ask one contact by hand, with or without an address: a link to be shown to who asks.

    Returns the link and its secret.

    Raises:
        ValidationError: the contact is left out, and why.
    """
    moment = now or timezone.now()
    made = start_round(
        survey=survey, why=Why.HAND, key=hand_key(), label=contact.name, language=language,
        contacts=Contact.objects.filter(pk=contact.pk), tenant=tenant, needs_address=False, by=by,
        now=moment,
    )  # fmt: skip
    assert made is not None
    invitation = locked_invitation(SurveyInvitation.objects.get(round=made))
    return invitation, send_link(invitation=invitation, tenant=tenant, now=moment, writes=writes)


@transaction.atomic
def give_link_again(
    *, invitation: SurveyInvitation, tenant: Tenant, by: User | None, now: datetime | None = None
) -> str:
    """A new link for who was asked; the one they had stops working. Returns its secret.

    Raises:
        ValidationError: the round has closed, the link was taken back, or the contact is gone.
    """
    moment = now or timezone.now()
    current = locked_invitation(invitation)
    if ended(current, moment):
        raise ValidationError(_("This link does not work any more, so there is no new one."))
    asked_at = current.sent_at if current.state == SurveyInvitation.State.SENT else moment
    # The limit between surveys counts from the asking, not from the link.
    drop_waiting_letter(invitation=current, by=by)
    secret = send_link(invitation=current, tenant=tenant, now=asked_at, writes=False)
    record("survey.link_given", by=by, about=current.round, contact=current.name)
    return secret


@transaction.atomic
def revoke_link(
    *, invitation: SurveyInvitation, by: User | None, now: datetime | None = None
) -> None:
    """End a link; an answer that was given by it stays.

    Raises:
        ValidationError: it was taken back before.
    """
    current = locked_invitation(invitation)
    if current.revoked_at is not None:
        raise ValidationError(_("This link was taken back before."))
    current.revoked_at = now or timezone.now()
    current.save(update_fields=["revoked_at"])
    drop_waiting_letter(invitation=current, by=by)
    record("survey.link_revoked", by=by, about=current.round, contact=current.name)


@transaction.atomic
def close_round(*, survey_round: SurveyRound, by: User | None, now: datetime | None = None) -> None:
    """Take no more answers; links that were not sent stay unsent, and letters that wait are dropped.

    Raises:
        ValidationError: it has closed already.
    """
    moment = now or timezone.now()
    current = SurveyRound.objects.select_for_update().get(pk=survey_round.pk)
    if current.closes_at <= moment:
        raise ValidationError(_("This survey has closed already."))
    current.closes_at = max(moment, current.opened_at + timedelta(microseconds=1))
    current.save(update_fields=["closes_at"])
    drop_waiting_letters(current)
    record("survey.closed", by=by, about=current)


def locked_invitation(invitation: SurveyInvitation) -> SurveyInvitation:
    """The link as it stands, locked until the transaction ends."""
    found: SurveyInvitation = (
        SurveyInvitation.objects.select_for_update(of=("self",))
        .select_related("round__survey", "round__version", "contact", "customer")
        .get(pk=invitation.pk)
    )
    return found


def ended(invitation: SurveyInvitation, now: datetime) -> str:
    """Why a link takes no answer any more: revoked, expired, or "" while it does."""
    if invitation.round.closes_at <= now:
        return invitation.closed_by(now) or "expired"
    return invitation.closed_by(now)
