"""How a customer signs a change request: links, answers, questions and stamped scans."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import ContactLink
from accounts.tenancy import TenantForeignKey, TenantModel
from projects.models.change_requests import ChangeRequest

HASH = 64


class SigningLink(ContactLink):
    """A change request as it was sent to one signatory, with the link to sign it by.

    ``document`` is the canonical text that the signatory sees; ``document_hash`` its SHA-256.
    """

    change_request = TenantForeignKey(ChangeRequest, models.PROTECT, related_name="links")
    # As it was then: contacts change and go.
    signatory = models.CharField(_("signatory"), max_length=200)
    document = models.TextField()
    document_hash = models.CharField(max_length=HASH)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "secret_hash"], name="signing_link_secret_once"
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("sent_at")),
                name="signing_link_expires_after_sending",
            ),
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True) | models.Q(answered_at__isnull=True),
                name="signing_link_answered_or_revoked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.change_request_id}: {self.signatory}"


class SignedScan(TenantModel):
    """A stamped scan of a signed change request, as it was uploaded."""

    append_only = True

    filename = models.CharField(max_length=200)
    # Told by the content, never by the name.
    content_type = models.CharField(max_length=40)
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=HASH)
    data = models.BinaryField()

    class Meta(TenantModel.Meta):
        pass

    def __str__(self) -> str:
        return self.filename


class CustomerAnswer(TenantModel):
    """That the customer signed or declined a change request: who, when, and exactly what.

    ``document`` is what was in front of them, kept whole, so that it can be seen as it was signed.
    """

    append_only = True

    class Outcome(models.TextChoices):
        SIGNED = "signed", _("Signed")
        DECLINED = "declined", _("Declined")

    change_request = TenantForeignKey(ChangeRequest, models.PROTECT, related_name="answers")
    outcome = models.CharField(max_length=8, choices=Outcome)
    # As typed by the signatory, or as read from the scan.
    name = models.CharField(_("name"), max_length=200)
    reason = models.TextField(_("reason"), blank=True)
    at = models.DateTimeField(default=timezone.now)
    document = models.TextField()
    document_hash = models.CharField(max_length=HASH)
    # By the link, with the address on the network; or by a scan, with the member who uploaded it.
    link = TenantForeignKey(
        SigningLink, models.PROTECT, null=True, blank=True, related_name="answers"
    )
    ip = models.GenericIPAddressField(null=True, blank=True)
    scan = TenantForeignKey(
        SignedScan, models.PROTECT, null=True, blank=True, related_name="answers"
    )
    uploaded_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [
            # A change request is decided once: of two signatures at once, one wins here at the latest.
            models.UniqueConstraint(
                fields=["tenant_id", "change_request"], name="customer_answer_once"
            ),
            models.CheckConstraint(
                condition=models.Q(link__isnull=False, scan__isnull=True)
                | models.Q(link__isnull=True, scan__isnull=False, outcome="signed"),
                name="customer_answer_by_link_or_scan",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="customer_answer_has_a_name"),
            models.CheckConstraint(
                condition=models.Q(outcome="signed") | ~models.Q(reason=""),
                name="customer_answer_declined_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.change_request_id}: {self.outcome}"


class SigningQuestion(TenantModel):
    """What a signatory asks before deciding, and what the vendor answers."""

    link = TenantForeignKey(SigningLink, models.PROTECT, related_name="questions")
    text = models.TextField(_("question"))
    asked_at = models.DateTimeField(default=timezone.now)
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answer="", answered_at__isnull=True)
                | (~models.Q(answer="") & models.Q(answered_at__isnull=False)),
                name="signing_question_answered_with_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.link_id}: {self.text[:40]}"
