"""The page that tells people what the API can do, made from the document that programs fetch."""

from __future__ import annotations

import re

import pytest
import yaml
from django.test import Client

from accounts.models import User
from accounts.rest.described import METHODS, described, document

DOCS, SCHEMA = "/api/docs/", "/api/schema/"


def test_every_operation_has_its_place_and_its_words(db: None) -> None:
    page = Client().get(DOCS)
    assert page.status_code == 200
    text = page.content.decode()
    found = re.findall(r'id="([a-z_]+)" aria-labelledby', text)
    names = [
        methods[method]["operationId"]
        for methods in document()["paths"].values()
        for method in METHODS
        if method in methods
    ]
    assert set(names) <= set(found)
    assert len(found) == len(set(found)), "no anchor twice"
    for path in document()["paths"]:
        assert f"<code>{path}</code>" in text
    assert "customers:write" in text
    assert "curl -H" in text


def test_fields_of_lists_inside_are_told_too() -> None:
    contracts = next(one for one in described() if one.name == "contracts")
    assert {"lines", "annual_fee", "due_on"} <= {one.name for one in contracts.fields}
    written = next(one for one in contracts.operations if one.id == "make_contract")
    assert {one.name for one in written.body if one.needed} >= {"customer", "key", "lines"}
    assert written.examples
    assert "-H 'Idempotency-Key" in written.curl


def test_the_frame_is_in_the_readers_language_and_the_words_of_the_document_are_marked(
    db: None,
) -> None:
    page = Client().get(DOCS, headers={"Accept-Language": "zh-Hans"}).content.decode()
    assert '<html lang="zh-hans"' in page.lower().replace("zh-hans-cn", "zh-hans")
    english = Client().get(DOCS).content.decode()
    for text in (page, english):
        assert '<h2 id="customers-title" lang="en">Customers</h2>' in text


def test_nothing_on_it_is_refused_by_the_policy(db: None) -> None:
    page = Client().get(DOCS)
    text = page.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert " style=" not in text
    assert "unsafe-inline" not in page["Content-Security-Policy"]


def test_the_document_is_had_as_json_and_as_yaml_and_is_the_same_for_everybody(db: None) -> None:
    plain = Client().get(SCHEMA)
    assert plain["Content-Type"] == "application/json"
    chinese = Client().get(SCHEMA, headers={"Accept-Language": "zh-Hans"})
    assert chinese.content == plain.content
    found = Client().get(SCHEMA, {"format": "yaml"})
    assert found["Content-Type"] == "application/yaml"
    assert yaml.safe_load(found.content) == plain.json() == document()
    kept = Client().get(SCHEMA, headers={"If-None-Match": plain["ETag"]})
    assert kept.status_code == 304
    assert Client().get(SCHEMA, {"format": "xml"}).status_code == 400


def test_other_methods_are_not_there(db: None) -> None:
    assert Client().post(DOCS).status_code == 405
    assert Client().head(DOCS).status_code == 200


@pytest.mark.django_db
def test_settings_lead_to_it(alice: User) -> None:
    client = Client()
    client.force_login(alice)
    assert f'href="{DOCS}"' in client.get("/t/acme/settings/tokens/").content.decode()
