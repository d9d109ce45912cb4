"""Every test runs on a real PostgreSQL and a real Redis, as the application's own database role."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator

import pytest
from hypothesis import settings
from left_rows import empty, sweep
from migrated import Migrated
from pytest_django import DjangoDbBlocker

# Examples may take their time: the machine may be busy with other tests. They are others in every
# run; EXAMPLES=1000 looks for longer.
settings.register_profile(
    "tenure", deadline=None, max_examples=int(os.environ.get("EXAMPLES", "50"))
)
settings.load_profile("tenure")


def pytest_collection_finish() -> None:
    # What was imported stays; nobody needs to look through it for garbage again and again.
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def migrated(django_db_modify_db_settings_parallel_suffix: None) -> Migrated | None:
    """How the test database gets its tables without being migrated once more; None on servers that
    are not the tests' own."""
    return Migrated() if os.environ.get("TENURE_TEST_SERVERS") == "own" else None


@pytest.fixture(scope="session")
def django_db_modify_db_settings(migrated: Migrated | None) -> None:
    if migrated:
        migrated.before()


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, migrated: Migrated | None, django_db_blocker: DjangoDbBlocker
) -> None:
    if migrated:
        with django_db_blocker.unblock():
            migrated.after()


@pytest.fixture(scope="session", autouse=True)
def what_tests_commit_is_deleted() -> Iterator[None]:
    """Instead of being truncated."""
    from django.db import connection
    from django.test import TransactionTestCase

    def teardown(case: TransactionTestCase) -> None:
        empty(str(connection.settings_dict["NAME"]))

    with pytest.MonkeyPatch.context() as patch:
        if os.environ.get("TENURE_TEST_SERVERS") == "own":
            patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield


@pytest.fixture(scope="module", autouse=True)
def without_left_rows() -> Iterator[None]:
    """What a file's tests leave in the tables slows no other's down."""
    yield
    from django.db import connection

    database = str(connection.settings_dict["NAME"])
    # Until a test asks for its database there is none.
    if os.environ.get("TENURE_TEST_SERVERS") == "own" and database.startswith("test_"):
        sweep(database)


@pytest.fixture(autouse=True)
def letters_leave_at_once() -> Iterator[None]:
    """What a worker does with letters once a transaction is done is done here and now."""

    def send(tenant_id: int) -> None:
        from accounts.tasks import send_mail

        send_mail(tenant_id)

    # Not the test's own patches: those it may take back.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("accounts.actions.mail.wake_sender", send)
        yield


@pytest.fixture
def make_tenant(db: None) -> Callable[..., object]:
    """Makes tenants: ``make_tenant("acme", currency="CNY")``."""
    from accounts.actions.tenants import create_tenant

    def make(slug: str = "acme", **fields: object) -> object:
        return create_tenant(
            slug=slug,
            name=fields.pop("name", slug.title()),  # type: ignore[arg-type]
            by=None,
            **fields,  # type: ignore[arg-type]
        )

    return make


@pytest.fixture
def tenant(make_tenant):  # type: ignore[no-untyped-def]
    """An empty tenant, without an open scope."""
    return make_tenant("acme")


@pytest.fixture
def scope(tenant) -> Iterator[object]:  # type: ignore[no-untyped-def]
    """The tenant's scope, open for the whole test."""
    from accounts.tenancy import tenant_scope

    with tenant_scope(tenant.id):
        yield tenant


@pytest.fixture
def make_member(db: None) -> Callable[..., object]:
    """Makes members: ``make_member(tenant, "alice@acme.example", "admin")``."""
    import members

    return members.make_member


@pytest.fixture
def alice(tenant, make_member):  # type: ignore[no-untyped-def]
    """Administrator of the tenant."""
    return make_member(tenant, "alice@acme.example", "admin").user


@pytest.fixture
def bob(tenant, make_member):  # type: ignore[no-untyped-def]
    """Customer-service manager of the tenant."""
    return make_member(tenant, "bob@acme.example", "service_manager").user


@pytest.fixture
def charlie(make_tenant, make_member):  # type: ignore[no-untyped-def]
    """Administrator of another tenant."""
    return make_member(make_tenant("other"), "charlie@other.example", "admin").user
