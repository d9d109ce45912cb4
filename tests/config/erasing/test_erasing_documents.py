"""A signed document tells erasing from tampering; uploaded files are named."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from accounts.models import AuditRecord, Load, LoadPart, Tenant
from accounts.tenancy import tenant_scope
from projects.actions.signing_answers import answer_by_link
from projects.models import CustomerAnswer, SignedScan
from projects.queries.intact_documents import with_intactness
from projects.queries.kept_documents import Trust, how_kept
from tests.projects.change_world import ChangeWorld, change_world, sent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def signed(tenant: Tenant, make_member: Any, alice: Any) -> ChangeWorld:
    """A change request that Zhou Min signed."""
    with tenant_scope(tenant.pk):
        world = change_world(tenant, make_member)
        link, _secret = sent(world, tenant)
        answer_by_link(
            link=link, seen_hash=link.document_hash, outcome="signed", name="Zhou Min", ip=None,
            tenant=tenant,
        )  # fmt: skip
    return world


def erased(email: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("erase_person", email, "--tenant", "acme", stdout=out, stderr=io.StringIO())
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def shown(client: Client, world: ChangeWorld, answer: CustomerAnswer) -> str:
    page = client.get(
        f"/t/acme/projects/{world.project.pk}/change-requests/{answer.change_request_id}/document/"
    )
    assert page.status_code == 200
    return " ".join(page.content.decode().split())


def alter(answer: CustomerAnswer, sought: str) -> None:
    with connection.as_owner(), tenant_scope(answer.tenant_id), connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(
            "UPDATE projects_customeranswer SET document = replace(document, %s, 'X')", [sought]
        )
        assert cursor.rowcount == 1


def test_erasing_is_no_tampering_and_tampering_is_no_erasing(
    client: Client, tenant: Tenant, signed: ChangeWorld, alice: Any
) -> None:
    client.force_login(alice)
    with tenant_scope(tenant.pk):
        answer = CustomerAnswer.objects.get()
        then = answer.document_hash
        assert how_kept(answer).trust == Trust.INTACT
    assert "personal data were erased" not in shown(client, signed, answer)
    told = erased("zhou@rookcombe.example")
    with tenant_scope(tenant.pk):
        answer.refresh_from_db()
        assert "Zhou Min" not in answer.document
        assert answer.document_hash == then
        assert how_kept(answer).trust == Trust.ERASED
        assert (
            told["documents"] == AuditRecord.objects.filter(verb="document.person_erased").count()
        )
    page = shown(client, signed, answer)
    assert "A signer’s personal data were erased on" in page
    assert "Do not rely on it" not in page
    # A second person of the same document leaves it as trustworthy as it was.
    erased("pam@acme.example")
    with tenant_scope(tenant.pk):
        answer.refresh_from_db()
        assert how_kept(answer).trust == Trust.ERASED
    alter(answer, "subsidiary")
    assert "Do not rely on it" in shown(client, signed, answer)
    with tenant_scope(tenant.pk):
        assert with_intactness(CustomerAnswer.objects.all()).get().person_erased_at is None


def test_erasing_does_not_whitewash_what_was_altered_before(
    client: Client, tenant: Tenant, signed: ChangeWorld, alice: Any
) -> None:
    client.force_login(alice)
    with tenant_scope(tenant.pk):
        answer = CustomerAnswer.objects.get()
    alter(answer, "subsidiary")
    erased("zhou@rookcombe.example")
    assert "Do not rely on it" in shown(client, signed, answer)


def test_uploaded_files_are_named(tenant: Tenant, signed: ChangeWorld) -> None:
    with tenant_scope(tenant.pk):
        scan = SignedScan.objects.create(
            filename="signed by Zhou Min.pdf", content_type="application/pdf", size_bytes=1,
            sha256="0" * 64, data=b"x",
        )  # fmt: skip
        load = Load.objects.create(kind="contacts", filename="people.csv", size_bytes=2)
        for number in (1, 2):
            LoadPart.objects.create(load=load, number=number, data=b"x")
    assert erased("zhou@rookcombe.example")["not_searched"] == {
        "projects_signedscan": [f"{scan.pk}: signed by Erased person.pdf"],
        "accounts_loadpart": [f"{load.pk}: people.csv"],
    }
