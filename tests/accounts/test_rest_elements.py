"""A change names what changes; an element of a list in it is sent whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from api_program import program
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework import serializers

from accounts.models import Contact, Customer, Tenant, Touchpoint
from accounts.rest.views import Item, given_to
from accounts.tenancy import tenant_scope


def items(patterns: Any) -> Iterator[type[Item]]:
    for found in patterns:
        if isinstance(found, URLResolver):
            yield from items(found.url_patterns)
        elif isinstance(found, URLPattern):
            view = getattr(found.callback, "cls", None)
            if isinstance(view, type) and issubclass(view, Item) and view.changes is not None:
                yield view


def lists_of_parts(shape: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The ways to lists whose elements need something."""
    for name, field in shape.fields.items():
        child = getattr(field, "child", None)
        is_list = isinstance(field, serializers.ListField | serializers.ListSerializer)
        if is_list and isinstance(child, serializers.Serializer):
            if any(inner.required for inner in child.fields.values()):
                yield (*path, name)
        elif isinstance(field, serializers.Serializer):
            yield from lists_of_parts(field, (*path, name))


CASES: set[tuple[type[Item], tuple[str, ...]]] = {
    (view, way)
    for view in items(get_resolver("config.urls").url_patterns)
    if view.changes is not None
    for way in lists_of_parts(view.changes())
}


def test_there_are_such_lists() -> None:
    assert len(CASES) >= 5


@pytest.mark.parametrize(("view", "way"), sorted(CASES, key=str))
def test_an_element_that_lacks_something_is_refused(view: type[Item], way: Any) -> None:
    body: Any = [{}]
    for name in reversed(way):
        body = {name: body}
    assert view.changes is not None
    with pytest.raises(serializers.ValidationError):
        given_to(view.changes, SimpleNamespace(data=body), partial=True)  # type: ignore[arg-type]


def test_what_an_element_does_not_say_is_as_usual_and_never_breaks_us(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        anna = Customer.objects.create(key="C", name="Anna")
        Contact.objects.create(customer=anna, key="ann", name="Ann")
        Touchpoint.objects.create(customer=anna, key="T", kind="call", happened_on=date(2026, 1, 5))
    crm = program(
        tenant, "contacts:read", "contacts:write", "touchpoints:read", "touchpoints:write"
    )
    ann, visit = "/api/v1/contacts/C/ann", "/api/v1/touchpoints/T"
    answer = crm.patch(ann, {"roles": [{"role": "key_user"}]}, if_match=crm.get(ann)["ETag"])
    assert answer.status_code == 200, answer.content
    assert answer.json()["roles"] == [{"role": "key_user", "from": None, "to": None}]
    answer = crm.patch(visit, {"about": [{"kind": "case"}]}, if_match=crm.get(visit)["ETag"])
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == ["about.0.id"]


class Inner(serializers.Serializer[Any]):
    name = serializers.CharField()


class Outer(serializers.Serializer[Any]):
    one = Inner(required=False)
    many = Inner(many=True, required=False)
    free = serializers.DictField(required=False)


@pytest.mark.parametrize("partial", [False, True])
def test_what_is_misspelt_is_refused_however_deep_it_stands(partial: bool) -> None:
    def told(body: dict[str, Any]) -> Any:
        request: Any = SimpleNamespace(data=body)
        with pytest.raises(serializers.ValidationError) as refused:
            given_to(Outer, request, partial=partial)
        return refused.value.detail

    good, bad = {"name": "a"}, {"name": "a", "nmae": "b"}
    words = ["There is no such field here."]
    assert told({"one": bad}) == {"one": {"nmae": words}}
    assert told({"many": [good, bad]}) == {"many": [{}, {"nmae": words}]}
    assert told({"oen": 1, "one": good}) == {"oen": words}
    request: Any = SimpleNamespace(data={"one": good, "many": [good], "free": {"any": 1}})
    assert given_to(Outer, request, partial=partial)["free"] == {"any": 1}
