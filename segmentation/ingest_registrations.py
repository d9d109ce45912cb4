"""What ingestion contributes to the registries: keys that let usage in, and an ear for loads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.utils.translation import gettext as _

from accounts import first_steps
from accounts.key_kinds import key_kinds
from accounts.signals import facts_loaded
from segmentation.actions.releasing import release_held
from segmentation.actions.write_keys import make_write_key
from segmentation.models import UsageEvent


def _make_key(name: str, scopes: Sequence[str]) -> str:
    if scopes:
        raise ValidationError(_("A key that lets usage in has no scopes."))
    return make_write_key(name=name, by=None)[1]


key_kinds["ingest"] = _make_key
first_steps.register_usage("usage", lambda: bool(UsageEvent.objects.exists()))


@receiver(facts_loaded, dispatch_uid="segmentation.release_held")
def release_after_load(*, kind: str, **further: Any) -> None:
    """Customers came to be: what waited for them is written with them."""
    if kind == "customers":
        release_held()
