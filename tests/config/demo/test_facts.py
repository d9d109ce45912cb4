"""The facts of the demo vendor: whole, consistent, never from the future."""

from __future__ import annotations

from datetime import date
from functools import cache

import pandas as pd
import pytest

from config.demo import stories
from config.demo.vendor import Facts, Vendor

UNTIL = date(2026, 11, 21)
KINDS = [
    "customers", "contacts", "contact_roles", "contracts",
    "contract_lines", "instalments", "payments", "projects",
]  # fmt: skip


@cache
def facts(customers: int = 200, seed: int = 1, until: date = UNTIL) -> Facts:
    return Vendor(seed=seed, until=until, customers=customers).facts()


def as_bytes(some: Facts) -> dict[str, bytes]:
    return {kind: getattr(some, kind).to_csv(index=False).encode() for kind in KINDS}


def test_same_seed_and_day_give_the_same_bytes() -> None:
    again = Vendor(seed=1, until=UNTIL, customers=200).facts()
    assert as_bytes(again) == as_bytes(facts())


@pytest.mark.parametrize("other", [{"seed": 2}, {"until": date(2026, 11, 22)}])
def test_another_seed_or_day_gives_other_facts(other: dict) -> None:
    changed, ours = as_bytes(facts(**other)), as_bytes(facts())
    assert all(changed[kind] != ours[kind] for kind in KINDS if kind != "customers")
    assert changed["customers"] != ours["customers"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_customers_do_not_depend_on_how_many_follow(kind: str) -> None:
    column = "key" if kind == "customers" else "customer"
    few, many = getattr(facts(130), kind), getattr(facts(200), kind)
    same = many[many[column].isin(facts(130).customers["key"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(few, same)


@pytest.mark.parametrize("kind", KINDS)
def test_batches_make_the_same_as_one_go(kind: str) -> None:
    vendor = Vendor(seed=1, until=UNTIL, customers=200)
    parts = [getattr(part, kind) for part in vendor.batches(size=60)]
    assert len(parts) == 2
    key = "contact" if kind == "contact_roles" else None
    whole = getattr(facts(), kind)
    joined = pd.concat(parts, ignore_index=True)
    if kind in {"contact_roles", "contracts"}:  # ordered within a batch
        order = [key or "key", "known_on"] + (["role"] if key else [])
        joined = joined.sort_values(order, ignore_index=True)
        whole = whole.sort_values(order, ignore_index=True)
    pd.testing.assert_frame_equal(joined, whole)


@pytest.mark.parametrize("customers", [1, 5, 99, 100, 201])
def test_as_many_customers_as_asked_for(customers: int) -> None:
    vendor = Vendor(seed=4, until=UNTIL, customers=customers)
    assert sum(len(part.customers) for part in vendor.batches()) == customers
    assert sum(len(frame) for frame in vendor.usage()) > 0


def test_every_story_happens_in_two_hundred_customers() -> None:
    counts = facts().customers["story"].value_counts()
    assert set(counts.index) == set(stories.KEYS)
    assert {key: int(counts[key]) for key in counts.index} == {
        story.key: 2 * story.share for story in stories.STORIES
    }


def test_names_and_keys_are_unique() -> None:
    some = facts(5_000)
    for column in ("key", "name"):
        assert some.customers[column].is_unique
    assert some.contacts["key"].is_unique
    assert some.contacts["email"].is_unique
    assert some.contracts["key"].is_unique
    assert some.payments["key"].is_unique
    assert some.projects["key"].is_unique
    assert not some.contract_lines.duplicated(["contract", "module", "starts_on"]).any()
    assert not some.instalments.duplicated(["contract", "due_on"]).any()
    assert not some.contact_roles.duplicated(["contact", "role", "from_on"]).any()


def test_names_are_about_seven_tenths_chinese() -> None:
    chinese = facts(1_000).customers["name"].map(lambda name: not name.isascii())
    assert 0.62 < chinese.mean() < 0.78


def test_addresses_exist_nowhere() -> None:
    vendor = Vendor(seed=1, until=UNTIL)
    emails = [*facts().contacts["email"], *vendor.people()["email"]]
    assert all(email.endswith(".example") and email.isascii() for email in emails)


def test_references_lead_somewhere() -> None:
    some = facts(1_000)
    customers = set(some.customers["key"])
    for kind in KINDS[1:]:
        assert set(getattr(some, kind)["customer"]) <= customers
    assert set(some.customers["parent"]) - {""} <= customers
    contracts = set(some.contracts["key"])
    assert set(some.contracts["renewal_of"]) - {""} <= contracts
    for kind in ("contract_lines", "instalments", "payments"):
        assert set(getattr(some, kind)["contract"]) <= contracts
    assert contracts == set(some.contract_lines["contract"])
    assert set(some.contact_roles["contact"]) == set(some.contacts["key"])
    assert set(some.instalments["paid_by"]) - {""} <= set(some.payments["key"])
    vendor = Vendor(seed=1, until=UNTIL, customers=1_000)
    assert set(some.contract_lines["module"]) <= set(vendor.modules()["key"])
    people = set(vendor.people()["email"])
    for job in ("salesperson", "service_manager", "project_manager"):
        assert set(some.customers[job]) - {""} <= people
    assert set(some.projects["manager"]) <= people


def test_parents_come_before_their_subsidiaries() -> None:
    customers = facts(300).customers.set_index("key")
    subsidiaries = customers[customers["parent"] != ""]
    assert len(subsidiaries) == 27
    assert (subsidiaries.index > subsidiaries["parent"]).all()
    assert (customers.loc[subsidiaries["parent"], "parent"] == "").all()


@pytest.mark.parametrize("until", [UNTIL, date(2024, 2, 29), date(2030, 1, 1)])
def test_nothing_is_known_that_has_not_happened(until: date) -> None:
    some, last = facts(400, 3, until), pd.Timestamp(until)
    for kind in KINDS:
        frame = getattr(some, kind)
        assert frame["known_on"].max() <= last
        assert frame["known_on"].notna().all()
        if "first_known_on" in frame:
            assert (frame["first_known_on"] <= frame["known_on"]).all()
    assert some.payments["paid_on"].max() <= last
    assert some.contract_lines["signed_on"].max() <= last
    assert some.projects["accepted_on"].max() <= last
    assert some.projects["starts_on"].max() <= last
    assert some.contact_roles["from_on"].max() <= last
    assert some.contact_roles["to_on"].max() <= last


def test_facts_follow_each_other_in_time() -> None:
    some = facts(1_000, 5)
    lines = some.contract_lines
    assert (lines["signed_on"] <= lines["starts_on"]).all()
    assert (lines["starts_on"] <= lines["ends_on"]).all()
    known = some.customers.set_index("key")["known_on"]
    for kind in KINDS[1:]:
        frame = getattr(some, kind)
        assert (frame["known_on"] >= frame["customer"].map(known)).all(), kind
    projects = some.projects
    assert (projects["starts_on"] <= projects["due_on"]).all()
    accepted = projects.dropna(subset="accepted_on")
    assert (accepted["starts_on"] < accepted["accepted_on"]).all()
    roles = some.contact_roles.dropna(subset="to_on")
    assert (roles["from_on"] < roles["to_on"]).all()


def test_renewals_start_the_day_after_the_contract_they_renew() -> None:
    some = facts(400)
    terms = (
        some.contract_lines[some.contract_lines["kind"] == "subscription"]
        .groupby("contract")
        .agg(first=("starts_on", "min"), last=("ends_on", "max"))
    )
    renewals = some.contracts[some.contracts["renewal_of"] != ""]
    gap = (
        terms.loc[renewals["key"], "first"].to_numpy()
        - terms.loc[renewals["renewal_of"], "last"].to_numpy()
    )
    assert len(renewals) > 100
    assert (gap == pd.Timedelta(days=1)).all()


def test_instalments_add_up_to_three_years_of_fees() -> None:
    some = facts()
    lines = some.contract_lines[~some.contract_lines["is_trial"]]
    first = lines.groupby("contract")["starts_on"].transform("min")
    plain = lines.groupby("contract")["starts_on"].transform("nunique") == 1
    lines = lines[plain & (lines["starts_on"] == first)]
    owed = (lines["annual_fee"] * 3 + lines["amount"]).groupby(lines["contract"]).sum()
    due = some.instalments.groupby("contract")["amount"].sum()
    pd.testing.assert_series_equal(due.loc[owed.index], owed, check_names=False)


def test_a_payment_settles_its_instalment_in_full() -> None:
    some = facts()
    paid = some.instalments[some.instalments["paid_by"] != ""]
    payments = some.payments.set_index("key").loc[paid["paid_by"]]
    assert (paid["amount"].to_numpy() == payments["amount"].to_numpy()).all()
    assert (paid["contract"].to_numpy() == payments["contract"].to_numpy()).all()
    assert (paid["known_on"].to_numpy() == payments["paid_on"].to_numpy()).all()
    assert paid["paid_by"].is_unique


def test_there_are_refunds_zero_payments_late_payers_and_open_bills() -> None:
    some, last = facts(), pd.Timestamp(UNTIL)
    assert (some.payments["amount"] < 0).sum() >= 2
    assert (some.payments["amount"] == 0).sum() == 2
    open_bills = some.instalments[
        (some.instalments["paid_by"] == "") & (some.instalments["due_on"] <= last)
    ]
    overdue = set(facts().customers.query("story == 'overdue'")["key"])
    assert overdue <= set(open_bills["customer"])
    assert (last - open_bills["due_on"]).max() < pd.Timedelta(days=160)
    paid = some.instalments[some.instalments["paid_by"] != ""]
    lateness = (paid["known_on"] - paid["due_on"]).dt.days
    assert 0.03 < (lateness > 15).mean() < 0.25


def test_fees_stay_believable() -> None:
    some, last = facts(2_000), pd.Timestamp(UNTIL)
    lines = some.contract_lines
    active = lines[(lines["starts_on"] <= last) & (lines["ends_on"] >= last) & ~lines["is_trial"]]
    fees = active.groupby("contract")["annual_fee"].sum()
    fees = fees[fees > 0]
    assert fees.min() >= 10_000
    assert fees.max() <= 2_500_000
    assert fees.quantile(0.03) >= 20_000
    assert (lines["seats"][lines["kind"] == "subscription"] >= 2).all()


def test_trials_cost_nothing_and_are_no_contract_of_a_prospect() -> None:
    some = facts()
    prospects = some.customers.query("story in ('prospect', 'trial')")["key"]
    lines = some.contract_lines
    assert lines.loc[lines["customer"].isin(prospects), "is_trial"].all()
    assert (lines.loc[lines["is_trial"], "annual_fee"] == 0).all()
    trials = some.customers.query("story == 'trial'")["key"]
    assert set(trials) == set(lines.loc[lines["customer"].isin(prospects), "customer"])


def test_projects_run_late_and_finish() -> None:
    some, last = facts(), pd.Timestamp(UNTIL)
    running = some.projects[some.projects["accepted_on"].isna()]
    onboarding = some.customers.query("story == 'onboarding'")["key"]
    assert set(onboarding) <= set(running["customer"])
    assert (running["due_on"] < last).any()
    first = some.projects[some.projects["key"].str.endswith("-1")].set_index("customer")
    fresh = some.customers.query("story == 'accepted'")["key"]
    days = (last - first.loc[fresh, "accepted_on"]).dt.days
    assert days.max() <= 110
    assert (days <= 16).sum() >= 3
    assert days.between(90, 103).sum() >= 3


def test_key_users_leave_and_are_followed() -> None:
    roles = facts().contact_roles
    left = roles[(roles["role"] == "key_user") & roles["to_on"].notna()]
    assert 10 <= len(left) <= 70
    followed = roles["contact"].str.endswith("-8")
    assert 5 <= followed.sum() < len(left)
    deciders = roles.loc[roles["role"] == "decision_maker", "customer"]
    assert set(deciders) == set(facts().customers["key"])


def test_the_demos_project_manager_has_projects_that_run() -> None:
    projects = facts(seed=2).projects  # the vendor that the demo is
    running = projects[projects["accepted_on"].isna() | (projects["accepted_on"] == "")]
    managers = running["manager"].str.partition("@")[0]
    assert (managers == "lei.wang").sum() >= 3
