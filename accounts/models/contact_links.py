"""What all links for a customer's people have in common."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.customers import Contact
from accounts.tenancy import TenantForeignKey, TenantModel


class ContactLink(TenantModel):
    """A link that opens one thing for one person of a customer, for a while.

    Only the SHA-256 of the link's secret is kept. Who inherits this adds what the link opens, the
    person's name as it was then, and constraints: the secret once in a tenant, the end after the
    sending.
    """

    contact = TenantForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="+")
    language = models.CharField(_("language"), max_length=10)
    secret_hash = models.CharField(max_length=64)
    sent_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        abstract = True

    def closed_by(self, now: datetime) -> str:
        """Why it opens nothing any more whatever it is for: revoked, expired, or "" while it does.

        Who is no longer a contact of the customer reads and signs nothing of it.
        """
        if self.revoked_at is not None or self.contact_id is None:
            return "revoked"
        return "expired" if self.expires_at <= now else ""
