"""`load_rules` and `show_rules`: versions of the tenant's rules."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditRecord, Tenant, User
from accounts.tenancy import tenant_scope
from segmentation.actions.rule_sets import publish_rules
from segmentation.actions.rules import RulesRefused, change_rules
from segmentation.models import RuleSet
from segmentation.queries.rules import current_rules
from segmentation.rules import DEFAULT_RULES
from segmentation.rules.defaults import default_rules
from segmentation.rules.merging import merge_rules
from segmentation.rules.schema import SCHEMA


def load(tenant: Tenant, path: Path, content: str | bytes | None = None, *options: str) -> Any:
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    out = io.StringIO()
    call_command(
        "load_rules",
        str(path),
        f"--tenant={tenant.slug}",
        *options,
        stdout=out,
        stderr=io.StringIO(),
    )
    return json.loads(out.getvalue())


def show(*arguments: str) -> str:
    out = io.StringIO()
    call_command("show_rules", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rules.json"


def test_a_file_is_published_as_a_version(tenant: Tenant, file: Path) -> None:
    answer = load(tenant, file, '{"hysteresis_nights": 5}', "--note=calmer")
    assert answer == {"tenant": "acme", "version": 1, "published": True}
    assert load(tenant, file, '{"class8": {"high": "median"}}')["version"] == 2
    with tenant_scope(tenant.id):
        first, second = RuleSet.objects.order_by("version")
        assert first.note == "calmer"
        assert first.rules == merge_rules(DEFAULT_RULES, {"hysteresis_nights": 5})
        # The second is merged into the first.
        assert second.rules == merge_rules(first.rules, {"class8": {"high": "median"}})
        assert AuditRecord.objects.filter(verb="rules.published").count() == 2


def test_the_same_file_again_changes_nothing(tenant: Tenant, file: Path) -> None:
    load(tenant, file, '{"hysteresis_nights": 5}')
    assert load(tenant, file) == {"tenant": "acme", "version": 1, "published": False}
    with tenant_scope(tenant.id):
        assert RuleSet.objects.count() == 1


def test_errors_name_the_path_and_nothing_is_published(tenant: Tenant, file: Path) -> None:
    bad = {
        "rfm": {
            "recency": {"measure": "recency_days", "method": "thresholds", "cuts": [1, 3, 2, 4]}
        }
    }
    with pytest.raises(CommandError) as refused:
        load(tenant, file, json.dumps(bad))
    assert refused.value.returncode == 1
    assert "$.rfm.recency.cuts[2]: 2 is not above the cut before it, 3" in str(refused.value)
    with tenant_scope(tenant.id):
        assert not RuleSet.objects.exists()
        assert not AuditRecord.objects.filter(verb="rules.published").exists()


@pytest.mark.parametrize("number", ["1e30", "1e400", "1" + "0" * 400])
def test_a_number_that_no_night_could_count_is_not_published(
    tenant: Tenant, file: Path, number: str
) -> None:
    change = """{"dimensions": {"activity": {"measures": {
        "active_days_30": {"method": "thresholds", "cuts": [2, NUMBER]}}}}}"""
    with pytest.raises(CommandError) as refused:
        load(tenant, file, change.replace("NUMBER", number))
    assert refused.value.returncode == 1
    where = "$.dimensions.activity.measures.active_days_30.cuts[1]: must be at most"
    assert where in str(refused.value)
    with tenant_scope(tenant.id):
        assert not RuleSet.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "line 1, column 1"),
        (b"[]", "one JSON object"),
        (b'{"a": 1,}', "line 1"),
        (b'{"window_days": NaN}', "NaN"),
        (b"\xff\xfe{\x00}\x00", "UTF-8"),
        (b'{"window_days": 1, "window_days": 2}', "twice"),
        (b'{"window_days": 1%s}' % (b"0" * 5000), r"\$\.window_days: a number of 5001 digits"),
    ],
)
def test_what_is_no_rule_file_is_refused(
    tenant: Tenant, file: Path, content: bytes, words: str
) -> None:
    with pytest.raises(CommandError, match=words) as refused:
        load(tenant, file, content)
    assert refused.value.returncode == 1


def test_a_missing_file_is_wrong_usage(tenant: Tenant, file: Path) -> None:
    with pytest.raises(CommandError) as refused:
        load(tenant, file)
    assert refused.value.returncode == 2


def test_a_file_with_a_byte_order_mark_loads(tenant: Tenant, file: Path) -> None:
    assert load(tenant, file, b'\xef\xbb\xbf{"window_days": 365}')["published"]


def test_what_is_shown_is_whole_and_loads_again(tenant: Tenant, file: Path) -> None:
    assert json.loads(show("--tenant=acme")) == DEFAULT_RULES
    load(tenant, file, '{"stages": {"dormant_days": 45}}')
    shown = show("--tenant=acme")
    assert json.loads(shown) == merge_rules(DEFAULT_RULES, {"stages": {"dormant_days": 45}})
    # The order is that of the documentation, whatever order the database keeps.
    assert list(json.loads(shown)) == list(DEFAULT_RULES)
    assert list(json.loads(shown)["rfm"]) == list(DEFAULT_RULES["rfm"])
    assert load(tenant, file, shown) == {"tenant": "acme", "version": 1, "published": False}


def test_an_earlier_version_can_be_shown(tenant: Tenant, file: Path) -> None:
    load(tenant, file, '{"hysteresis_nights": 5}')
    load(tenant, file, '{"hysteresis_nights": 7}')
    assert json.loads(show("--tenant=acme", "--version-number=1"))["hysteresis_nights"] == 5
    assert json.loads(show("--tenant=acme"))["hysteresis_nights"] == 7
    with pytest.raises(CommandError) as refused:
        show("--tenant=acme", "--version-number=9")
    assert refused.value.returncode == 1


def test_the_schema_is_published() -> None:
    assert json.loads(show("--schema")) == SCHEMA
    with pytest.raises(CommandError) as refused:
        show()
    assert refused.value.returncode == 2


@pytest.mark.usefixtures("tenant")
def test_rules_are_the_tenants_own(make_tenant: Any, file: Path) -> None:
    load(make_tenant("other"), file, '{"hysteresis_nights": 9}')
    assert json.loads(show("--tenant=acme"))["hysteresis_nights"] == 3


def test_a_person_who_changes_rules_is_recorded(tenant: Tenant, alice: User) -> None:
    with tenant_scope(tenant.id):
        changed = change_rules(change={"window_days": 365}, note="a year", by=alice)
        assert changed.rule_set.published_by == alice
        record = AuditRecord.objects.get(verb="rules.published")
        assert record.actor == alice
        assert record.data["version"] == 1


def test_refused_rules_say_everything_at_once(scope: Tenant) -> None:
    with pytest.raises(RulesRefused) as refused:
        change_rules(change={"window_days": 0, "hysteresis_nights": -1}, by=None)
    assert [error.path for error in refused.value.errors] == [
        "$.hysteresis_nights",
        "$.window_days",
    ]


def test_rules_of_before_schemes_b_and_c_are_shown_and_changed_whole(tenant: Tenant) -> None:
    old = default_rules()
    del old["tiers"]["also_shown"], old["tiers"]["schemes"]["b"], old["tiers"]["schemes"]["c"]
    old["hysteresis_nights"] = 4
    with tenant_scope(tenant.id):
        publish_rules(rules=old, by=None)
        assert current_rules() == merge_rules(DEFAULT_RULES, {"hysteresis_nights": 4})
        same = change_rules(change={"hysteresis_nights": 4}, by=None)
        assert not same.is_new
        changed = change_rules(change={"tiers": {"scheme": "c"}}, by=None)
    assert changed.rule_set.rules["tiers"]["schemes"].keys() == {"a", "b", "c"}
    assert changed.rule_set.rules["hysteresis_nights"] == 4
