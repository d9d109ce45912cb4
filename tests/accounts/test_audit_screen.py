"""The audit in words, in the reader's language."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client
from django.utils import translation

from accounts.actions.audit import record
from accounts.actions.visibility import set_visibility
from accounts.models import AuditRecord, Tenant, User
from accounts.queries.audit import AuditEntry, entry
from accounts.tenancy import tenant_scope
from segmentation.actions.rule_sets import BASIS_SETTLED, publish_rules
from segmentation.rules.defaults import default_rules
from ui.notes import note_words


def latest() -> AuditEntry:
    return entry(AuditRecord.objects.latest("id"))


@pytest.mark.usefixtures("scope")
def test_notes_of_the_platform_are_read_in_the_readers_language() -> None:
    published = publish_rules(rules=default_rules(), note=BASIS_SETTLED, by=None)
    assert published.note != "The first night settled what R, F and M are read from."
    assert dict(latest().details)["Note"] == (
        "The first night settled what R, F and M are read from."
    )
    with translation.override("zh-hans"):
        words = " ".join(value for _, value in latest().details)
        assert "首次夜间计算" in words
        assert not re.search("[a-z]{3}", words)


@pytest.mark.usefixtures("scope")
def test_what_people_note_stays_as_they_wrote_it() -> None:
    publish_rules(rules=default_rules(), note="Thresholds of the spring", by=None)
    with translation.override("zh-hans"):
        assert "Thresholds of the spring" in dict(latest().details).values()


@pytest.mark.usefixtures("scope")
def test_values_that_are_ours_have_words_and_those_of_the_tenant_have_none() -> None:
    record("load.done", by=None, label="x.csv", kind="customers", created=12345)
    assert latest().details == [("Kind", "Customers"), ("Created", "12,345")]
    record("demo.seeded", by=None, label="D", seed=20261121, until=date(2026, 11, 21).isoformat())
    assert latest().details == [("Random seed", "20261121"), ("Until", "21 Nov 2026")]
    attributes = {"kind": "x", "annual_plan": "all in"}
    record(
        "customer.changed",
        by=None,
        label="A",
        before={"attributes": {}},
        after={"attributes": attributes},
    )
    assert latest().changes == [("Attributes", "", "kind: x, annual_plan: all in")]


def test_what_roles_see_reads_in_chinese(tenant: Tenant, alice: User) -> None:
    with tenant_scope(tenant.id):
        set_visibility(reach={"executive": "team"}, by=alice)
    User.objects.filter(pk=alice.pk).update(language="zh-hans")
    client = Client()
    client.force_login(alice)
    page = client.get("/t/acme/audit/").content.decode()
    row = re.findall(r"<tr>.*?</tr>", page[page.index("<tbody") :], re.S)[0]
    cells = re.sub("<[^>]+>", " ", row).replace("alice", "")
    assert "高管" in cells
    assert not re.search("[a-z]{4}", cells)


def test_notes_have_words_in_every_process() -> None:
    """Where nobody has made a demo, too: its audit is read by another process."""
    with translation.override("zh-hans"):
        assert note_words("tenure:shows_every_scheme") == "演示租户显示全部分层方案。"


@pytest.mark.usefixtures("scope")
def test_conditions_are_sentences() -> None:
    condition = {
        "match": "all",
        "conditions": [
            {"field": "arr", "operator": "at_least", "value": 150000},
            {"match": "none", "conditions": [{"field": "stage", "operator": "is", "value": "new"}]},
        ],
    }
    record("group.made", by=None, label="G", condition=condition)
    words = dict(latest().details)["Condition"]
    assert words == "All of these: ARR is at least 150,000; None of these: Stage is New"
    record("group.made", by=None, label="G", condition={"field": "gone", "operator": "is"})
    assert dict(latest().details)["Condition"] == "gone is"
