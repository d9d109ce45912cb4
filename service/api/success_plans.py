"""Success plans and privileges of customers for other programs: goals, joint milestones, what a
customer is entitled to."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.models import Customer
from accounts.rest import filters
from accounts.rest.views import Collection, Given, Item, Resource
from service.actions.success_plans import PlanRow, add_row, change_row, remove_row
from service.api.requests import named_contact
from service.api.success_plan_shapes import (
    GoalChanges,
    GoalFields,
    MilestoneChanges,
    MilestoneFields,
    NewGoal,
    NewMilestone,
    NewPrivilege,
    PrivilegeChanges,
    PrivilegeFields,
)
from service.models import Goal, JointMilestone, Privilege


class PlanRows(Resource):
    """Rows of one model, of the customers that the token sees."""

    model: ClassVar[type[PlanRow]]
    related: ClassVar[tuple[str, ...]] = ()
    scope_to_read, scope_to_write = "account_files:read", "account_files:write"

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model.objects.select_related("customer", *self.related)
        return self.of_seen_customers(rows)

    def values(self, customer: Customer, given: Given) -> Given:
        """With the contact and the goal that are named.

        Raises:
            ValidationError: the customer has none such.
        """
        found = dict(given)
        if found.get("contact") is not None:
            found["contact"] = named_contact(customer, found["contact"])
        if found.get("goal") is not None:
            goal = Goal.objects.filter(customer=customer, pk=found["goal"]).first()
            if goal is None:
                raise serializers.ValidationError({"goal": [_("The customer has no such goal.")]})
            found["goal"] = goal
        return found

    def add(self, given: Given) -> Any:
        customer = self.customer_named(given.pop("customer"))
        made = add_row(
            model=self.model, customer=customer, values=self.values(customer, given), by=self.person
        )
        return self.found().get(pk=made.pk)

    def give(self, row: Any, given: Given) -> None:
        values = self.values(row.customer, given)
        change_row(row=row, values=values, seen=row.version, by=self.person)


_CUSTOMER = filters.text("customer", "customer__key", many=True, help="Keys with commas between.")
_SHARED = filters.flag("is_shared", "is_shared")


class GoalRows(PlanRows):
    noun, plural, model, shape = "goal", "goals", Goal, GoalFields


class Goals(GoalRows, Collection):
    """Goals of customers, the next first."""

    sorts = {"by_on": "by_on"}
    filters = (_CUSTOMER, _SHARED, filters.choice("state", "state", Goal.State.choices))
    new = NewGoal

    def make(self, given: Given) -> Any:
        """Write down what a customer wants to reach."""
        return self.add(given)


class OneGoal(GoalRows, Item):
    """One goal."""

    changes, removable = GoalChanges, True

    def change(self, row: Any, given: Given) -> None:
        """Change a goal, or say that it is reached, missed or dropped."""
        self.give(row, given)

    def remove(self, row: Any) -> None:
        """Take a goal away; its milestones stay, without it."""
        remove_row(row=row, by=self.person)


class MilestoneRows(PlanRows):
    noun, plural = "joint_milestone", "joint_milestones"
    model, shape = JointMilestone, MilestoneFields
    related = ("colleague", "contact")


class Milestones(MilestoneRows, Collection):
    """Joint milestones, the next first."""

    sorts = {"due_on": "due_on", "done_on": "done_on"}
    filters = (
        _CUSTOMER,
        _SHARED,
        filters.flag("is_open", "done_on__isnull"),
        filters.day("due_until", "due_on__lte", help="Due on this day or earlier."),
    )
    new = NewMilestone

    def make(self, given: Given) -> Any:
        """Write down what both sides want done by a day."""
        return self.add(given)


class OneMilestone(MilestoneRows, Item):
    """One joint milestone."""

    changes, removable = MilestoneChanges, True

    def change(self, row: Any, given: Given) -> None:
        """Change a milestone, or say when it was done."""
        self.give(row, given)

    def remove(self, row: Any) -> None:
        """Take a milestone away."""
        remove_row(row=row, by=self.person)


class PrivilegeRows(PlanRows):
    noun, plural, model, shape = "privilege", "privileges", Privilege, PrivilegeFields


class Privileges(PrivilegeRows, Collection):
    """Privileges of customers, the latest first."""

    sorts = {"-from_on": "from_on", "to_on": "to_on"}
    filters = (_CUSTOMER, _SHARED)
    new = NewPrivilege

    def make(self, given: Given) -> Any:
        """Write down what a customer is entitled to."""
        return self.add(given)


class OnePrivilege(PrivilegeRows, Item):
    """One privilege."""

    changes, removable = PrivilegeChanges, True

    def change(self, row: Any, given: Given) -> None:
        """Change a privilege, or say when it ends."""
        self.give(row, given)

    def remove(self, row: Any) -> None:
        """Take a privilege away that was written down by mistake."""
        remove_row(row=row, by=self.person)
