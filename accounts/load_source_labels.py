"""Words for load sources: why a place or a file could not be had, and what the audit records."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.labels import FIELDS, VALUES, VERBS
from accounts.models import LoadSource, LoadSourceFile

State = LoadSourceFile.State

# Why a look or a file failed, or a place is refused.
TROUBLES: dict[str, str | Promise] = {
    "answer": _("What it answered could not be read. Is it an S3 address?"),
    "bad_credentials": _("The bucket does not know this access key, or the secret is wrong."),
    "busy": _("The bucket asked to be asked later."),
    "clock": _("The clocks of the bucket and of this server differ too much."),
    "denied": _("Access is denied. It takes the rights to list and to read."),
    "error": _("It failed. The operator finds the reason in the log."),
    "folder_unreadable": _("The folder could not be read."),
    "gone": _("The file was gone before it was taken."),
    "link": _("It is a link, and links are not followed."),
    "load_died": _("Its load broke off again and again. The operator finds the reason in the log."),
    "load_gone": _("Its load was thrown away."),
    "no_address": _("This is no address of the form https://host."),
    "no_bucket": _("There is no bucket of this name."),
    "no_connection": _("No connection was made, or it broke off."),
    "no_file": _("It is no file."),
    "no_folder": _("There is no such folder in this organization's folder on the server."),
    "no_http": _("What answered does not speak HTTP."),
    "no_path": _("Write a path below the folder, such as exports/crm, without “..”."),
    "no_root": _("The operator has named no folder for loads, or it is not there."),
    "no_tls": _("Only addresses with https:// are asked: others could be listened to."),
    "number_as_host": _("Write an IP address as four numbers with dots."),
    "other_region": _("The bucket is in another region."),
    "port": _("This port is not allowed: 443, or one from 1024 up."),
    "private_address": _("It leads into a private network, where nothing is asked."),
    "sealed": _("Its secret was sealed by another installation. Enter the secret again."),
    "status": _("It answered with an error."),
    "timeout": _("It did not answer in time."),
    "tls": _("Its certificate is not valid for this name, or not trusted."),
    "too_large": _("It is larger than what is loaded this way."),
    "unknown_host": _("No such host is known."),
    "user_in_address": _("A user name or password does not belong into the address."),
}

TONES = {
    State.GROWING: "neutral",
    State.WAITING: "info",
    State.TAKEN: "info",
    State.LOADED: "good",
    State.REFUSED: "danger",
    State.FAILED: "danger",
}

VERBS.update(
    {
        "load_source.changed": _("Load source changed"),
        "load_source.file_again": _("File of a load source tried again"),
        "load_source.look_asked": _("Look at a load source asked for"),
        "load_source.made": _("Load source added"),
        "load_source.removed": _("Load source taken away"),
        "load_source.switched_off": _("Load source switched off"),
        "load_source.switched_on": _("Load source switched on"),
    }
)
FIELDS.update(
    {
        "access_key": _("Access key"),
        "bucket": _("Bucket"),
        "endpoint": _("Endpoint"),
        "file": _("File"),
        "hour": pgettext_lazy("schedule", "Hour"),
        "is_path_style": _("Bucket in the path of the address"),
        "load_source": _("Load source"),
        "minutes": _("Minutes"),
        "path": _("Path"),
        "place": _("Place"),
        "schedule": pgettext_lazy("load source", "When"),
        "secret": _("Secret"),
    }
)
VALUES.update({("place", place.value): place.label for place in LoadSource.Place})
VALUES.update({("schedule", one.value): one.label for one in LoadSource.Schedule})


def trouble_words(code: str, detail: str = "") -> str:
    """Why it failed, with what its words name; "" for nothing."""
    if not code:
        return ""
    words = str(TROUBLES.get(code, TROUBLES["error"]))
    return f"{words} ({detail})" if detail else words
