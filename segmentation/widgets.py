"""Form widgets of the engine's screens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class LongSelect(forms.Select):
    """A select whose options are written in one go; a template for each of a hundred people would
    take longer than finding the customers they are the face of."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        attributes = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        chosen = {str(one) for one in self.format_value(value)}
        return format_html("<select{}>{}</select>", flatatt(attributes), self._options(chosen))

    def _options(self, chosen: set[str]) -> SafeString:
        parts = []
        for key, label in self.choices:
            if isinstance(label, list | tuple):
                options = ((self._option(one, words, chosen),) for one, words in label)
                group = format_html_join("", "{}", options)
                parts.append(format_html('<optgroup label="{}">{}</optgroup>', key, group))
            else:
                parts.append(self._option(key, label, chosen))
        return format_html_join("", "{}", ((part,) for part in parts))

    def _option(self, key: Any, label: Any, chosen: set[str]) -> SafeString:
        selected = " selected" if str(key) in chosen else ""
        return format_html('<option value="{}"{}>{}</option>', key, selected, label)
