"""Links by which a customer's people see their project."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import ContactLink
from accounts.tenancy import TenantForeignKey, TenantModel
from projects.models.projects import Project


class OpenedLink(ContactLink):
    """A link that may be opened again and again, of which only that and when it was is kept.

    ``name``: the person's as it was then; contacts change and go.
    """

    name = models.CharField(_("name"), max_length=200)
    opened_at = models.DateTimeField(null=True, blank=True)
    last_opened_at = models.DateTimeField(null=True, blank=True)
    opened_count = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        abstract = True


class ProjectPageLink(OpenedLink):
    """A link to the page on which one person of the customer follows a project."""

    project = TenantForeignKey(Project, models.PROTECT, related_name="page_links")
    # Ends some days after acceptance, if that comes before ``expires_at``.
    ends_after_acceptance = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "secret_hash"], name="project_page_link_secret_once"
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("sent_at")),
                name="project_page_link_expires_after_sending",
            ),
            models.UniqueConstraint(
                fields=["tenant_id", "project", "contact"],
                condition=models.Q(revoked_at__isnull=True),
                name="project_page_link_one_a_contact",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.name}"
