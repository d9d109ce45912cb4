"""URLs of what other programs send, inside a tenant's settings."""

from django.urls import URLPattern, path

from segmentation.views import dead_letters, event_rules, quarantine, sources, write_keys

urlpatterns: list[URLPattern] = [
    path("settings/sources/", sources.sources, name="sources"),
    path("settings/sources/keys/new/", write_keys.new_write_key, name="new_write_key"),
    path("settings/sources/keys/<int:pk>/", write_keys.write_key, name="write_key"),
    path(
        "settings/sources/keys/<int:pk>/revocations/",
        write_keys.revocations,
        name="write_key_revocations",
    ),
    path("settings/sources/mapping/", event_rules.mapping, name="event_rules"),
    path("settings/sources/dead-letters/", dead_letters.letters, name="dead_letters"),
    path(
        "settings/sources/dead-letters/decisions/",
        dead_letters.decisions,
        name="dead_letter_decisions",
    ),
    path("settings/sources/dead-letters/<int:pk>/", dead_letters.letter, name="dead_letter"),
    path(
        "settings/sources/dead-letters/decisions/<int:pk>/undoings/",
        dead_letters.undoings,
        name="dead_letter_undoings",
    ),
    path("settings/sources/quarantine/", quarantine.quarantine, name="quarantine"),
    path("settings/sources/quarantine/customer/", quarantine.unknown, name="unknown_customer"),
    path(
        "settings/sources/quarantine/decided/<int:pk>/removals/",
        quarantine.alias_removals,
        name="customer_alias_removals",
    ),
]
