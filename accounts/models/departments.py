"""Departments of the vendor that problems are passed on to."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.cases import Case
from accounts.models.members import Membership
from accounts.tenancy import TenantForeignKey, TenantModel


class Department(TenantModel):
    """A department with the person who answers for it.

    A case that is not answered or solved in time goes to the first department, by ``position``, that
    takes its kind and its priority.
    """

    name = models.CharField(_("name"), max_length=200)
    lead = TenantForeignKey(
        Membership, models.SET_NULL, null=True, blank=True, related_name="departments_led"
    )
    # Of cases; empty: every kind, every priority.
    kinds = ArrayField(
        models.CharField(max_length=10, choices=Case.Kind.choices), default=list, blank=True
    )
    priorities = ArrayField(
        models.CharField(max_length=10, choices=Case.Priority.choices), default=list, blank=True
    )
    # Whether cases come to it at all.
    takes_cases = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0)
    # A department that was closed stays where it is named.
    is_active = models.BooleanField(default=True)

    class Meta(TenantModel.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "name"], name="department_name_once"),
        ]

    def __str__(self) -> str:
        return self.name
