"""URLs of webhooks inside a tenant."""

from django.urls import URLPattern, path

from accounts.views import webhook_deliveries, webhooks

_ONE = "settings/webhooks/<int:pk>/"

urlpatterns: list[URLPattern] = [
    path("settings/webhooks/", webhooks.webhooks, name="webhooks"),
    path("settings/webhooks/new/", webhooks.new_webhook, name="new_webhook"),
    path("settings/webhooks/events/", webhooks.events, name="webhook_events"),
    path(_ONE, webhook_deliveries.webhook, name="webhook"),
    path(f"{_ONE}edit/", webhooks.edit_webhook, name="edit_webhook"),
    path(f"{_ONE}secrets/", webhooks.secrets, name="webhook_secrets"),
    path(f"{_ONE}removal/", webhooks.removal, name="webhook_removal"),
    path(f"{_ONE}activations/", webhooks.activations, name="webhook_activations"),
    path(f"{_ONE}deactivations/", webhooks.deactivations, name="webhook_deactivations"),
    path(f"{_ONE}tests/", webhook_deliveries.tests, name="webhook_tests"),
    path(f"{_ONE}redeliveries/", webhook_deliveries.redeliveries, name="webhook_redeliveries"),
    path(
        f"{_ONE}deliveries/<int:delivery_pk>/",
        webhook_deliveries.delivery,
        name="webhook_delivery",
    ),
    path(
        f"{_ONE}deliveries/<int:delivery_pk>/redeliveries/",
        webhook_deliveries.redelivery,
        name="webhook_delivery_redeliveries",
    ),
]
