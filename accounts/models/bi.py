"""The database role by which a tenant's BI tools read."""

from __future__ import annotations

import secrets

from django.db import models
from django.utils import timezone

from accounts.tenancy import TenantModel


def new_salt() -> str:
    return secrets.token_hex(32)


class BiAccess(TenantModel):
    """That a tenant's facts can be read over SQL, and by which role. Its password is kept nowhere."""

    role = models.CharField(max_length=63)
    # Whether names, addresses and what people wrote stand in the views.
    with_persons = models.BooleanField(default=False)
    # What persons are told apart by where they are not named; the role cannot read it.
    salt = models.CharField(max_length=64, default=new_salt)
    made_at = models.DateTimeField(default=timezone.now)
    password_made_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant_id"], name="bi_access_once"),
        ]

    def __str__(self) -> str:
        return self.role
