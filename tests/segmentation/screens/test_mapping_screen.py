"""The mapping on screen: ordered rules, tried on what came lately, saved as a whole."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditRecord, Tenant, User
from accounts.queries.audit import entry
from accounts.tenancy import tenant_scope
from segmentation.actions.event_rules import save_event_rules
from segmentation.compute.event_rules import RuleValues
from segmentation.event_rule_drafts import MOST_RULES
from segmentation.queries.ingestion import event_rules
from tests.segmentation.screens.screen_world import signed_in, text_of
from tests.segmentation.screens.source_world import seen

URL = "/t/acme/settings/sources/mapping/"


@pytest.fixture
def client(alice: User) -> Client:
    return signed_in(alice)


def sent(client: Client, do: str, *rows: dict[str, str], **headers: str) -> Any:
    """The form as a browser sends it, begun from what is in force."""
    fields = {
        f"r-{place}.{name}": value for place, row in enumerate(rows) for name, value in row.items()
    }
    seal = client.get(URL).context["seal"]
    return client.post(URL, fields | {"do": do, "seal": seal}, headers=headers)


def rule(pattern: str, module: str = "", **given: str) -> dict[str, str]:
    return {"pattern": pattern, "module": module} | given


def patterns(answer: Any) -> list[str]:
    return [row.pattern for row in answer.context["rows"]]


def previewed(answer: Any) -> dict[str, tuple[str, str, str]]:
    """Event → where it goes now, where it would go, because of what."""
    return {
        one["seen"].event: (one["now_word"], one["then_word"], one["because"])
        for one in answer.context["shown"]
    }


def in_force(tenant: Tenant) -> list[RuleValues]:
    with tenant_scope(tenant.id):
        return event_rules()


def test_rules_are_saved_in_their_order_and_audited_as_a_whole(
    tenant: Tenant, client: Client
) -> None:
    answer = sent(
        client,
        "save",
        rule("Report *", "reports"),
        rule("", ""),
        rule("*", "", kind="page", path="area", value="internal", ignored="1"),
    )
    assert answer.status_code == 302
    assert in_force(tenant) == [
        RuleValues("any", "Report *", module="reports"),
        RuleValues("page", "*", "area", "internal", is_ignored=True),
    ]
    assert patterns(client.get(URL)) == ["Report *", "*"]
    with tenant_scope(tenant.id):
        told = entry(AuditRecord.objects.get(verb="event_rules.changed"))
    assert "." not in told.what
    assert "reports" in str(told.changes)


def test_rows_move_come_and_go_without_being_saved(tenant: Tenant, client: Client) -> None:
    rows = (rule("A", "a"), rule("B", "b"), rule("C", "c"))
    assert patterns(sent(client, "down:0", *rows)) == ["B", "A", "C"]
    assert patterns(sent(client, "up:2", *rows)) == ["A", "C", "B"]
    assert patterns(sent(client, "up:0", *rows)) == ["A", "B", "C"]
    assert patterns(sent(client, "down:2", *rows)) == ["A", "B", "C"]
    assert patterns(sent(client, "remove:1", *rows)) == ["A", "C"]
    assert patterns(sent(client, "add", *rows)) == ["A", "B", "C", ""]
    assert in_force(tenant) == []


def test_the_preview_says_where_what_came_lately_would_go(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        save_event_rules(rules=[RuleValues(pattern="Login", module="core")], by=None)
        seen("Login")
        seen("Report opened", plan="pro")
        seen("Invoice sent", module="billing")
        seen("Ping", kind="page")
    assert previewed(client.get(URL)) == {
        "Login": ("core", "core", "rule 1"),
        "Report opened": ("none", "none", "–"),
        "Invoice sent": ("billing", "billing", "properties.module"),
        "Ping": ("none", "none", "–"),
    }
    tried = sent(
        client,
        "look",
        rule("half typed"),
        rule("Report *", "reports", path="plan", value="p*"),
        rule("*", "", kind="page", ignored="1"),
    )
    assert previewed(tried) == {
        "Login": ("core", "none", "–"),
        "Report opened": ("none", "reports", "rule 2"),
        "Invoice sent": ("billing", "billing", "properties.module"),
        "Ping": ("none", "not taken", "rule 3"),
    }
    told = text_of(tried)
    assert "1 name without a module" in told
    assert "3 names go elsewhere than now" in told
    assert "1 rule is not complete" in told
    # Those that need a look stand first.
    assert tried.context["shown"][0]["seen"].event == "Login"


def test_a_part_is_answered_to_a_part(client: Client) -> None:
    rows = (rule("A", "a"), rule("B", "b"))
    editor = sent(client, "down:0", *rows, **{"HX-Target": "rules-editor"}).content.decode()
    assert editor.lstrip().startswith('<div id="rules-editor"')
    preview = sent(client, "look", *rows, **{"HX-Target": "rules-preview"}).content.decode()
    assert preview.lstrip().startswith('<section id="rules-preview"')
    assert "<html" not in editor + preview


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (rule("", "reports"), "Say which events"),
        (rule("A", ""), "Say to which module"),
        (rule("A", "a", value="x"), "Say which property has this value."),
        (rule("A" * 201, "a"), "At most 200 characters."),
        (rule("A", "a" * 201), "At most 200 characters."),
    ],
)
def test_what_is_wrong_is_said_at_its_row_and_nothing_is_saved(
    tenant: Tenant, client: Client, wrong: dict[str, str], says: str
) -> None:
    answer = sent(client, "save", rule("Fine", "fine"), wrong)
    assert answer.status_code == 200
    assert says in text_of(answer)
    fine, faulty = answer.context["rows"]
    assert not fine.faults
    assert faulty.faults
    assert in_force(tenant) == []


def test_a_rule_that_is_never_reached_is_refused(tenant: Tenant, client: Client) -> None:
    answer = sent(client, "save", rule("A", "a"), rule("A", "b"))
    assert "never reached" in text_of(answer)
    assert in_force(tenant) == []


def test_more_rules_than_may_be_are_refused(tenant: Tenant, client: Client) -> None:
    answer = sent(client, "save", *(rule(f"A{n}", "a") for n in range(MOST_RULES + 5)))
    assert f"At most {MOST_RULES} rules." in text_of(answer)
    assert in_force(tenant) == []


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(
    tenant: Tenant, client: Client
) -> None:
    seal = client.get(URL).context["seal"]
    theirs = [RuleValues(pattern="Theirs", module="theirs")]
    with tenant_scope(tenant.id):
        save_event_rules(rules=theirs, by=None)
    mine = {"r-0.pattern": "Mine", "r-0.module": "mine", "seal": seal, "do": "save"}
    answer = client.post(URL, mine)
    assert "Somebody else saved the mapping meanwhile" in text_of(answer)
    assert patterns(answer) == ["Mine"]
    assert in_force(tenant) == theirs


@pytest.mark.parametrize(
    "nonsense",
    [
        {"do": "up:99"},
        {"do": "remove:x"},
        {"do": "²"},
        {"do": "save", "r-x.pattern": "A", "r-99999.pattern": "A", "r-0.else": "A"},
        {"do": "look", "r-0.kind": "else", "r-0.pattern": "*" * 200},
        {},
    ],
)
def test_nonsense_changes_nothing(tenant: Tenant, client: Client, nonsense: dict[str, str]) -> None:
    with tenant_scope(tenant.id):
        seen("Login" * 30)
    seal = client.get(URL).context["seal"]
    assert client.post(URL, nonsense | {"seal": seal}).status_code in {200, 302}
    assert in_force(tenant) == []


def test_the_page_costs_the_same_statements_whatever_the_size(
    tenant: Tenant, client: Client
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(URL).status_code == 200
        return len(found)

    def grow(times: int) -> None:
        with tenant_scope(tenant.id):
            rules = [RuleValues(pattern=f"E{n}", module="m") for n in range(times)]
            save_event_rules(rules=rules, by=None)
            for number in range(times):
                seen(f"E{times}-{number}")

    grow(2)
    few = statements()
    grow(30)
    assert statements() == few <= 14
