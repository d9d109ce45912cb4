"""Keys of the tenant's own in addresses: any text, also with a slash in it."""

from __future__ import annotations

from django.urls import register_converter


class KeyConverter:
    """A key as one part of a path: `/` is written `~1` and `~` as `~0`, as JSON pointers do."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        if "\x00" in value:
            raise ValueError(value)
        return value.replace("~1", "/").replace("~0", "~")

    def to_url(self, value: str) -> str:
        return str(value).replace("~", "~0").replace("/", "~1")


register_converter(KeyConverter, "key")
