"""Erasing a person: what tells them goes, what counts stays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import connection, models
from django.db.models.functions import Cast

from accounts.actions.audit import record
from accounts.models import AuditRecord, Colleague, Contact, Membership, Tenant
from accounts.models.users import normalise_email
from accounts.tenancy import TenantModel, tenant_scope
from config.erasing.contacts import blank_contacts, close_doors
from config.erasing.documents import note_erased, unaltered
from config.erasing.files import files_left
from config.erasing.identity import DOMAIN, NAME, Identity, find_person, in_texts
from config.erasing.inbox import forget_requests
from config.erasing.members import forget_member, is_last_administrator, is_member_elsewhere
from config.erasing.persons import PERSONS, replace_persons
from config.erasing.texts import Words, replace_words, searched_models
from config.moving.exporting import Progress
from config.moving.tables import columns_of, quoted
from reports.compute.digests import document_digest
from reports.models import Report
from segmentation.actions.ingest_inbox import work_off
from segmentation.models import IngestInbox, UsageDay, UsageFold, UsageState, UsageWindow

# Kept per person, and made again from usage by the next night.
STATES = (UsageFold, UsageState, UsageDay, UsageWindow)


class CannotErase(Exception):
    """The text says why."""


class _DryRun(Exception):
    pass


def erase_person(
    tenant: Tenant, email: str, *, dry_run: bool, progress: Progress
) -> dict[str, Any]:
    """Take a person's addresses, names, phone numbers and the mentions of them out of every table of
    the tenant; returns table → rows, and the files that nobody can search.

    A pseudonym stands in their place, the same everywhere, so that numbers stay what they were. The
    connection is the owner's meanwhile: nobody else alters what was sent and the audit. All of it
    happens in one transaction.

    Raises:
        CannotErase: nothing tells of the person, or they are the last administrator.
    """
    email = normalise_email(email)
    elsewhere = is_member_elsewhere(tenant, email)
    told: dict[str, Any] = {"tenant": tenant.slug, "dry_run": dry_run}
    if not dry_run:
        # What waits to be written and names the person is lost else, with what it says of others.
        work_off(tenant.id)
    try:
        with connection.as_owner(), tenant_scope(tenant.id):  # type: ignore[attr-defined]
            told |= _erase(tenant, email, elsewhere, progress)
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return told


def _erase(tenant: Tenant, email: str, elsewhere: bool, progress: Progress) -> dict[str, Any]:
    rows: dict[str, int] = {}

    def note(table: str, number: int) -> None:
        if number:
            rows[table] = rows.get(table, 0) + number

    found = find_person(email)
    if is_last_administrator(found):
        raise CannotErase("They are the last administrator: make somebody else one first.")
    everywhere = Words(found.words, in_texts(found.names - found.shared_names))
    documents = unaltered()
    note(IngestInbox._meta.db_table, forget_requests(found, everywhere))
    persons, spellings = replace_persons(found, everywhere)
    for part in (persons, blank_contacts(found)):
        for table, number in part.items():
            note(table, number)
    everywhere = replace(everywhere, spellings=spellings)
    _sweep(found, everywhere, note, progress)
    for table, number in close_doors(found).items():
        note(table, number)
    forget_member(tenant, found, elsewhere=elsewhere, note=note)
    if not rows:
        raise CannotErase(f"Nothing in “{tenant.slug}” tells of {email}.")
    for model in STATES:
        model.objects.all().delete()
    _digest_reports_again()
    altered = note_erased(documents, found.mark)
    record("person.erased", by=None, label=found.mark, rows=sum(rows.values()))
    return {
        "person": found.mark,
        "erased": dict(sorted(rows.items())),
        # Names that others bear as well were left in the texts of others.
        "name_left": bool(found.names - set(everywhere.names)),
        # Signed documents that say another name now; they tell so themselves.
        "documents": altered,
        "not_searched": files_left(),
    }


def _sweep(found: Identity, everywhere: Words, note: Any, progress: Progress) -> None:
    of_theirs = Words({}, found.names)
    searched = [model for model in searched_models() if model not in STATES]
    for number, model in enumerate(searched):
        table = model._meta.db_table
        progress("searching", number, len(searched))
        note(table, replace_words(model, everywhere, except_for=PERSONS.get(table, ())))
        for condition, ids in _rows_of(model, found):
            note(table, replace_words(model, of_theirs, only=condition, parameters=[ids]))


def _rows_of(model: type[TenantModel], found: Identity) -> list[tuple[str, list[int]]]:
    """Conditions for the rows that are about the person: there every name of theirs is meant."""
    member = [found.membership.pk] if found.membership else []
    ids: dict[Any, list[int]] = {
        Contact: found.contacts,
        Membership: member,
        Colleague: found.colleagues,
    }
    conditions = [
        (f"{quoted(name)} = ANY(%s)", ids[field.related_model])
        for name, field in columns_of(model).items()
        if field.is_relation and ids.get(field.related_model)
    ]
    if ids.get(model):
        conditions.append(("id = ANY(%s)", ids[model]))
    if model is AuditRecord:
        conditions += [
            (f"object_type = '{of._meta.label_lower}' AND object_id = ANY(%s)", pks)
            for of, pks in ids.items()
            if pks
        ]
    return conditions


def _digest_reports_again() -> None:
    """A document that says something else has another digest: nobody is shown a copy of the former."""
    told = models.Q(told__contains=DOMAIN) | models.Q(told__contains=NAME)
    reports = Report.objects.annotate(told=Cast("document", models.TextField())).filter(told)
    for report in reports.iterator():
        Report.objects.filter(pk=report.pk).update(document_hash=document_digest(report.document))
