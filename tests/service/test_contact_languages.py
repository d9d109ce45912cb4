"""In which language a contact is written to: one answer, whoever asks."""

from __future__ import annotations

import pytest
from django.db import connection

from accounts.models import Contact, Customer, Tenant
from service.actions.case_letters import contact_language
from service.queries.contact_languages import SAID_LANGUAGE, said_language

ASKED = f"""
SELECT {SAID_LANGUAGE}
  FROM accounts_contact contact
  JOIN accounts_customer customer
    ON customer.tenant_id = contact.tenant_id AND customer.id = contact.customer_id
 WHERE contact.tenant_id = %s AND contact.id = %s"""


@pytest.mark.parametrize(
    ("own", "company", "code"),
    [
        ("zh-CN", None, "zh-hans"),
        (" 中文 ", "en", "zh-hans"),
        ("简体", None, "zh-hans"),
        ("English", "zh", "en"),
        ("英语", None, "en"),
        (None, "ZH", "zh-hans"),
        ("", "zh", "zh-hans"),
        ("Deutsch", "zh", ""),
        (None, None, ""),
    ],
)
def test_what_is_said_is_read_alike_one_by_one_and_in_queries(
    scope: Tenant, own: str | None, company: str | None, code: str
) -> None:
    def said(word: str | None) -> dict[str, str]:
        return {} if word is None else {"language": word}

    customer = Customer.objects.create(key="c", name="C", attributes=said(company))
    contact = Contact.objects.create(customer=customer, key="ann", name="Ann", attributes=said(own))
    assert said_language(contact) == code
    with connection.cursor() as cursor:
        cursor.execute(ASKED, [scope.pk, contact.pk])
        assert (cursor.fetchone()[0] or "") == code


def test_letters_about_cases_speak_as_the_contact_is_said_to_read(scope: Tenant) -> None:
    scope.timezone = "Europe/Berlin"
    customer = Customer.objects.create(key="c", name="C")
    reads = Contact.objects.create(
        customer=customer, key="ann", name="Ann", attributes={"language": "中文"}
    )
    silent = Contact.objects.create(customer=customer, key="ben", name="Ben")
    assert contact_language(reads, scope) == "zh-hans"
    assert contact_language(silent, scope) == "en"
    scope.timezone = "Asia/Shanghai"
    assert contact_language(silent, scope) == "zh-hans"
