"""The tenant's channels: chat services that are told what happens."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.channel_posts import SEALED_AS
from accounts.channel_services import ChannelRefused, address_of, tell
from accounts.models import Channel, Tenant, User
from accounts.notification_kinds import topics
from accounts.sealing import CannotUnseal, seal, unseal


@transaction.atomic
def add_channel(
    *,
    name: str,
    service: str,
    address: str,
    secret: str = "",
    language: str,
    kinds: Collection[str],
    by: User | None,
) -> Channel:
    """A new channel; its address is sealed and shown to nobody again.

    Raises:
        ValidationError: the name is taken, or the address is none of the service.
    """
    _check(name, kinds, None)
    channel: Channel = Channel.objects.create(
        name=name,
        service=service,
        language=language,
        kinds=sorted(kinds),
        sealed_address=_sealed(service, address, secret),
    )
    record("channel.added", by=by, about=channel, service=service, kinds=channel.kinds)
    return channel


@transaction.atomic
def change_channel(
    *,
    channel: Channel,
    name: str,
    address: str = "",
    secret: str = "",
    language: str,
    kinds: Collection[str],
    is_active: bool,
    by: User | None,
) -> Channel:
    """Change a channel; without an address it keeps the one it has.

    Raises:
        ValidationError: as ``add_channel``.
    """
    current: Channel = Channel.objects.select_for_update().get(pk=channel.pk)
    _check(name, kinds, current)
    before = {"name": current.name, "kinds": current.kinds, "is_active": current.is_active}
    current.name, current.language = name, language
    current.kinds, current.is_active = sorted(kinds), is_active
    if address:
        current.sealed_address, current.trouble = _sealed(current.service, address, secret), ""
    current.save()
    after = {"name": current.name, "kinds": current.kinds, "is_active": current.is_active}
    record("channel.changed", by=by, about=current, before=before, after=after)
    return current


@transaction.atomic
def remove_channel(*, channel: Channel, by: User | None) -> None:
    """Take a channel away with what it was told."""
    record("channel.removed", by=by, about=channel)
    channel.delete()


def try_channel(*, channel: Channel, tenant: Tenant) -> None:
    """Tell it that it works; here and now, since somebody waits for the answer.

    Raises:
        ValidationError: it did not take it.
    """
    with translation.override(channel.language):
        words = _("This channel is told what happens at %(tenant)s.") % {"tenant": tenant.name}
    try:
        tell(unseal(channel.sealed_address, purpose=SEALED_AS), "Tenure", words, "")
    except (ChannelRefused, CannotUnseal) as error:
        Channel.objects.filter(pk=channel.pk).update(trouble=type(error).__name__)
        raise ValidationError(
            _("The service did not take it. Check that the webhook still exists.")
        ) from error
    Channel.objects.filter(pk=channel.pk).update(trouble="", told_at=timezone.now())


def _sealed(service: str, address: str, secret: str) -> str:
    try:
        return seal(address_of(service, address, secret), purpose=SEALED_AS)
    except ValidationError as error:
        raise ValidationError({"address": error.messages}) from error


def _check(name: str, kinds: Collection[str], current: Channel | None) -> None:
    taken = Channel.objects.filter(name=name)
    if current is not None:
        taken = taken.exclude(pk=current.pk)
    if taken.exists():
        raise ValidationError({"name": _("There is a channel with this name.")})
    told = {key for key, topic in topics.items() if topic.for_channels}
    if unknown := set(kinds) - told:
        raise ValueError(sorted(unknown))
