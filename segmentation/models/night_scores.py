"""Scores and segments of a night.

Where R looks at use, most customers get another score on most nights. A row per customer and change
would be tens of thousands of rows a night; columns of arrays are one, and a tenth of the bytes.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import Customer
from accounts.tenancy import TenantForeignKey, TenantModel


class NightScores(TenantModel):
    """What a stored night scored: columns of equal length, an element per customer it knew.

    Read through :class:`Scored`. A customer that is taken away later stays in it as a number.
    """

    as_of = models.DateField()
    customers = ArrayField(models.BigIntegerField())
    # Empty where there is no score, and an empty text where there is no segment.
    r = ArrayField(models.PositiveSmallIntegerField(null=True))
    f = ArrayField(models.PositiveSmallIntegerField(null=True))
    m = ArrayField(models.PositiveSmallIntegerField(null=True))
    eleven = ArrayField(models.TextField())
    class8 = ArrayField(models.TextField())

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "as_of"], name="night_scores_once"),
        ]

    def __str__(self) -> str:
        return f"{self.as_of}"


class Scored(TenantModel):
    """A customer's scores and segments on a night: a view of :class:`NightScores`, a row per customer
    and stored night. Always ask for a night."""

    pk = models.CompositePrimaryKey("tenant_id", "as_of", "customer")
    as_of = models.DateField()
    customer = TenantForeignKey(Customer, models.DO_NOTHING, related_name="scored")
    r = models.PositiveSmallIntegerField(null=True)
    f = models.PositiveSmallIntegerField(null=True)
    m = models.PositiveSmallIntegerField(null=True)
    eleven = models.CharField(max_length=30, blank=True)
    class8 = models.CharField(max_length=20, blank=True)

    class Meta(TenantModel.Meta):
        managed = False
        db_table = "segmentation_scored"

    def __str__(self) -> str:
        return f"{self.customer_id} {self.as_of}"
