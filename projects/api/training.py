"""Training sessions of customers for other programs: held, changed, taken away, and who took part."""

from __future__ import annotations

from collections.abc import Collection as Several
from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.models import Contact, Customer, Module
from accounts.rest import filters
from accounts.rest.views import Collection, Given, Item, Verb
from projects.actions.training import (
    add_attendant,
    change_session,
    hold_session,
    remove_session,
    take_attendance,
)
from projects.api.ground import OfProjects
from projects.api.training_shapes import (
    Attending,
    Joining,
    NewSession,
    SessionChanges,
    SessionFields,
)
from projects.models import Attendance, Project, SessionModule, TrainingSession
from projects.queries.training import MOST_ATTENDANTS, attendants


class SessionRows(OfProjects):
    noun, plural = "training_session", "training_sessions"
    scope_to_read, scope_to_write = "projects:read", "training:write"
    shape = SessionFields

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = TrainingSession.objects.select_related(
            "customer", "project", "trainer"
        ).prefetch_related(
            Prefetch("modules", SessionModule.objects.select_related("module")),
            Prefetch("attendances", Attendance.objects.select_related("contact")),
        )
        return self.of_seen_customers(rows)

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        """With who took part, and the projects that the token sees."""
        ids = {row.project_id for row in rows if row.project_id}
        seen = dict(self.projects().filter(pk__in=ids).order_by().values_list("pk", "key"))
        for row in rows:
            row.project_key = seen.get(row.project_id)
            row.module_keys = [one.module.key for one in row.modules.all()]
            every = list(row.attendances.all())
            row.said_attendances = [one for one in every if one.contact is not None]
            row.unnamed = len(every) - len(row.said_attendances)
        return rows

    def project_of(self, customer: Customer, key: str | None, now: Project | None) -> Any:
        """
        Raises:
            ValidationError: the customer has no such project, for this token.
        """
        if key is None:
            return None
        if now is not None and now.key == key:
            return now
        found = self.projects().filter(customer=customer, key=key).first()
        if found is None:
            raise serializers.ValidationError(
                {"project": [_("The customer has no project with this key.")]}
            )
        return found


class Sessions(SessionRows, Collection):
    """Training sessions, those held last first."""

    sorts = {"-held_on": "held_on", "changed_at": "known_from"}
    filters = (
        filters.text("customer", "customer__key", many=True, help="Keys with commas between."),
        filters.text("project", "project__key", help="Key of the project."),
        filters.choice("kind", "kind", TrainingSession.Kind.choices),
        filters.text("trainer", "trainer__key", help="Key of the colleague who held it."),
        filters.day("from", "held_on__gte"),
        filters.day("to", "held_on__lte"),
        filters.changed_since(),
    )
    new = NewSession

    def make(self, given: Given) -> Any:
        """Write down a session that was held, or will be."""
        customer = self.customer_named(given.pop("customer"))
        modules = modules_of(given.pop("modules", []))
        given["project"] = self.project_of(customer, given.get("project"), None)
        made = hold_session(customer=customer, values=given, modules=modules, by=self.person)
        return self.found().get(pk=made.pk)


class OneSession(SessionRows, Item):
    """One training session."""

    changes, removable = SessionChanges, True

    def change(self, row: Any, given: Given) -> None:
        """Change what is known of a session."""
        modules = modules_of(given.pop("modules")) if "modules" in given else None
        if "project" in given:
            now = row.project if row.project_key is not None else None
            given["project"] = self.project_of(row.customer, given["project"], now)
        change_session(session=row, values=given, modules=modules, by=self.person)

    def remove(self, row: Any) -> None:
        """Take a session away, with who took part; past nights still know it."""
        remove_session(session=row, by=self.person)


class SessionAttending(SessionRows, Verb):
    verb = "attend"
    needs = Attending

    def act(self, row: Any, given: Given) -> Any:
        """Say who took part, was absent or excused."""
        keys = {one["contact"]: one["state"] or "" for one in given["people"]}
        known = dict(
            Contact.objects.filter(customer=row.customer_id, key__in=keys).values_list("key", "pk")
        )
        if missing := sorted(keys.keys() - known.keys()):
            words = _("The customer has no contacts with these keys: %(keys)s.")
            raise serializers.ValidationError({"people": [words % {"keys": ", ".join(missing)}]})
        said = {known[key]: state for key, state in keys.items()}
        if given["rest"]:
            named = {one.contact_id for one in row.attendances.all()}
            every = attendants(row, row.held_on).values_list("pk", flat=True)[:MOST_ATTENDANTS]
            rest = [pk for pk in every if pk not in said and pk not in named]
            said |= dict.fromkeys(rest, Attendance.State.PRESENT.value)
        take_attendance(session=row, said=said, by=self.person)


class SessionJoining(SessionRows, Verb):
    verb = "add_person_to"
    needs = Joining

    def act(self, row: Any, given: Given) -> Any:
        """Make a contact of somebody who took part."""
        add_attendant(session=row, today=self.today, by=self.person, **given)


def modules_of(keys: Several[str]) -> list[Module]:
    """
    Raises:
        ValidationError: a key that no module has.
    """
    found = {module.key: module for module in Module.objects.filter(key__in=keys)}
    if missing := sorted(set(keys) - found.keys()):
        words = _("There are no modules with these keys: %(keys)s.")
        raise serializers.ValidationError({"modules": [words % {"keys": ", ".join(missing)}]})
    return list(found.values())
