"""Surveys: what is asked, in which words, and by which rules it is asked again."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import ContactRole
from accounts.tenancy import TenantForeignKey, TenantModel


class SurveyKind(models.TextChoices):
    """What a survey measures, each on a scale of its own."""

    NPS = "nps", _("NPS")
    CSAT = "csat", _("CSAT")
    CES = "ces", _("Customer effort")


# The lowest and the highest score of each kind. Of effort, the highest is the worst.
SCALES: dict[str, tuple[int, int]] = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}

SHIPPED_PREFIX = "shipped-"
MOST_CAP_DAYS = 730
MOST_OPEN_DAYS = 180


def score_on_scale() -> Q:
    """That ``score`` lies on the scale of ``kind``."""
    found = Q()
    for kind, (low, high) in SCALES.items():
        found |= Q(kind=kind, score__gte=low, score__lte=high)
    return found


class Survey(TenantModel):
    """A survey that the tenant asks. Its words are those of its latest version.

    ``shipped``: the key of the shipped survey that it was made from; empty: the tenant's own.
    """

    kind = models.CharField(_("kind"), max_length=4, choices=SurveyKind)
    name = models.CharField(_("name"), max_length=80)
    shipped = models.CharField(max_length=20, blank=True, default="")
    is_active = models.BooleanField(_("in use"), default=True)
    # Counts changes, so that of two who change it at once one is told.
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "name"], name="survey_name_once"),
            models.UniqueConstraint(
                fields=["tenant_id", "shipped"],
                condition=~Q(shipped=""),
                name="survey_shipped_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=SurveyKind.values), name="survey_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def reference(self) -> str:
        """What forms and addresses call it: the same before and after a shipped one is a row."""
        return f"{SHIPPED_PREFIX}{self.shipped}" if self.shipped else str(self.pk)


class SurveyVersion(TenantModel):
    """The words of a survey from some change on; what was asked by them keeps them.

    ``document``: language → ``question``, ``low`` and ``high`` (the ends of the scale), ``why`` (what
    is asked after the score), ``thanks``, and ``further``: a list of at most three questions.
    """

    append_only = True

    survey = TenantForeignKey(Survey, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    document = models.JSONField()
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "survey", "version"], name="survey_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.survey_id} v{self.version}"


def _roles() -> list[str]:
    return [ContactRole.Kind.KEY_USER.value, ContactRole.Kind.DECISION_MAKER.value]


class SurveySettings(TenantModel):
    """How often a tenant asks. One row; without it nothing is asked by itself and the defaults hold.

    ``quarterly``: asked on the first working morning of each quarter; ``acceptance``: so many working
    days after a project was accepted. Empty: not asked by itself.
    """

    # At most one survey in so many days and contact, over all surveys; 0: no limit.
    cap_days = models.PositiveSmallIntegerField(
        _("days between surveys"), default=90, validators=[MaxValueValidator(MOST_CAP_DAYS)]
    )
    # How long a link may be answered.
    open_days = models.PositiveSmallIntegerField(
        _("days to answer"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_OPEN_DAYS)],
    )
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    quarterly = TenantForeignKey(Survey, models.PROTECT, null=True, blank=True, related_name="+")
    quarterly_roles = ArrayField(
        models.CharField(max_length=20, choices=ContactRole.Kind), default=_roles, blank=True
    )
    # Empty: whatever their tier.
    quarterly_tiers = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    acceptance = TenantForeignKey(Survey, models.PROTECT, null=True, blank=True, related_name="+")
    acceptance_roles = ArrayField(
        models.CharField(max_length=20, choices=ContactRole.Kind), default=_roles, blank=True
    )
    acceptance_days = models.PositiveSmallIntegerField(
        _("working days after acceptance"), default=10, validators=[MaxValueValidator(120)]
    )
    # What was accepted before this day is not asked about: switching it on asks nobody of the past.
    acceptance_since = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant_id"], name="survey_settings_once"),
            models.CheckConstraint(
                condition=Q(cap_days__lte=MOST_CAP_DAYS), name="survey_cap_days"
            ),
            models.CheckConstraint(
                condition=Q(open_days__gte=1, open_days__lte=MOST_OPEN_DAYS),
                name="survey_open_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cap_days}"
