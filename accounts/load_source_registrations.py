"""What load sources contribute to the registries."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts import load_source_labels  # noqa: F401 - words for the audit
from accounts.notification_kinds import NotificationKind, Topic, register_kind, register_topic
from accounts.rest import resources, scopes

register_topic(
    Topic(
        "load_sources", _("Trouble with load sources"), 92, ability="manage_loads",
        for_channels=False,
    )
)  # fmt: skip
for _key, _text in (
    ("load_source.failing", _("The load source %(source)s cannot be looked at.")),
    ("load_source.refused", _("The file %(file)s of the load source %(source)s was refused.")),
    (
        "load_source.not_taken",
        _("The file %(file)s of the load source %(source)s could not be taken."),
    ),
):
    register_kind(NotificationKind(_key, "load_sources", _text, "folder-input"))

resources.register("accounts.api.load_source_urls")
for _scope in (
    scopes.Scope("load-sources:read", _("Read load sources"), "manage_loads"),
    scopes.Scope("load-sources:write", _("Set up load sources"), "manage_loads"),
):
    scopes.register(_scope)
