"""Celery tasks of this app: they take ids and hold no logic."""

from __future__ import annotations

from celery import shared_task
from django.db import transaction

from accounts.actions import mail
from accounts.actions.bounce_mailbox import read_bounce_mailbox
from accounts.actions.channel_posts import posts_wait, tell_channels
from accounts.actions.load_source_looks import fetch_loads as fetch_some
from accounts.actions.load_source_turns import sources_wait
from accounts.actions.load_source_waking import fetching_woke, wake_fetching
from accounts.actions.load_work import loads_to_work_on, work_on_load
from accounts.actions.mail_decisions import forget_texts
from accounts.actions.mail_sending import is_due, release_abandoned, send_batch
from accounts.actions.mail_troubles import tell_troubles
from accounts.actions.notifications import write_digests
from accounts.actions.retention import forget_old
from accounts.actions.webhook_sending import send_webhooks as send_some
from accounts.actions.webhook_sending import webhooks_wait
from accounts.actions.webhooks import wake_webhooks, webhooks_woke
from accounts.models import Tenant


@shared_task(name="accounts.tasks.run_load")
def run_load(tenant_id: int, load_id: int) -> None:
    """Do what one load waits for."""
    work_on_load(tenant_id=tenant_id, load_id=load_id)


@shared_task(name="accounts.tasks.sweep_loads")
def sweep_loads() -> None:
    """Enqueue every load that waits, also those that a dead worker held or the broker forgot."""
    for tenant_id in Tenant.objects.values_list("id", flat=True):
        for load_id in loads_to_work_on(tenant_id=tenant_id):
            enqueue_load(tenant_id, load_id)


def enqueue_load(tenant_id: int, load_id: int) -> None:
    """Have a worker look at a load once the transaction has ended."""
    # Robust: what the broker does not take now, the sweeper finds.
    transaction.on_commit(lambda: run_load.delay(tenant_id, load_id), robust=True)


@shared_task(name="accounts.tasks.send_mail")
def send_mail(tenant_id: int) -> None:
    """Send some of a tenant's letters. What is left goes behind the other tenants'."""
    mail.sender_woke(tenant_id)
    if send_batch(tenant_id=tenant_id).more:
        mail.wake_sender(tenant_id)


@shared_task(name="accounts.tasks.sweep_mail")
def sweep_mail() -> None:
    """Enqueue what waits and may leave now, also what a dead worker held or the broker forgot."""
    for tenant_id in Tenant.objects.order_by("pk").values_list("id", flat=True):
        release_abandoned(tenant_id=tenant_id)
        tell_troubles(tenant_id=tenant_id)
        if is_due(tenant_id=tenant_id):
            mail.wake_sender(tenant_id)


@shared_task(name="accounts.tasks.sweep_digests")
def sweep_digests() -> None:
    """The morning's letters of what people were not told yet, where it is morning; and what letters
    that nobody sent again said is forgotten."""
    for tenant_id in Tenant.objects.values_list("id", flat=True):
        forget_texts(tenant_id=tenant_id)
    for tenant_id in Tenant.objects.filter(is_demo=False).values_list("id", flat=True):
        write_digests(tenant_id=tenant_id)


@shared_task(name="accounts.tasks.sweep_old")
def sweep_old() -> None:
    """What people were told, and letters, that are older than their tenant keeps them."""
    for tenant_id in Tenant.objects.order_by("pk").values_list("id", flat=True):
        forget_old(tenant_id=tenant_id)


@shared_task(name="accounts.tasks.sweep_channels")
def sweep_channels() -> None:
    """Enqueue tenants whose chat services are to be told something."""
    for tenant_id in Tenant.objects.order_by("pk").values_list("id", flat=True):
        if posts_wait(tenant_id=tenant_id):
            post_to_chats.delay(tenant_id)


@shared_task(name="accounts.tasks.post_to_chats")
def post_to_chats(tenant_id: int) -> None:
    """Tell a tenant's chat services what waits."""
    tell_channels(tenant_id=tenant_id)


@shared_task(name="accounts.tasks.sweep_bounces")
def sweep_bounces() -> None:
    """Read what came back to the mailbox of returned letters, where the operator names one."""
    read_bounce_mailbox()


@shared_task(name="accounts.tasks.send_webhooks")
def send_webhooks(tenant_id: int) -> None:
    """Tell a tenant's endpoints some of what waits. What is left goes behind the other tenants'."""
    webhooks_woke(tenant_id)
    if send_some(tenant_id=tenant_id).more:
        wake_webhooks(tenant_id)


@shared_task(name="accounts.tasks.sweep_webhooks")
def sweep_webhooks() -> None:
    """Enqueue what waits for endpoints, also what a dead worker held or the broker forgot."""
    for tenant_id in Tenant.objects.order_by("pk").values_list("id", flat=True):
        if webhooks_wait(tenant_id=tenant_id):
            wake_webhooks(tenant_id)


@shared_task(name="accounts.tasks.fetch_loads")
def fetch_loads(tenant_id: int) -> None:
    """Look at a tenant's load sources and load some of what is there. What is left goes behind the
    other tenants'."""
    fetching_woke(tenant_id)
    if fetch_some(tenant_id=tenant_id):
        wake_fetching(tenant_id)


@shared_task(name="accounts.tasks.sweep_load_sources")
def sweep_load_sources() -> None:
    """Enqueue tenants whose load sources are due, also what a dead worker held."""
    for tenant_id in Tenant.objects.order_by("pk").values_list("id", flat=True):
        if sources_wait(tenant_id=tenant_id):
            wake_fetching(tenant_id)
