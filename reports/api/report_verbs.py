"""What is done with one report by other programs: put into words, read anew, corrected, dropped."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest.shapes import Shaped
from accounts.rest.views import Given, Item, Record, Verb
from reports.actions.report_texts import (
    correct_report,
    discard_correction,
    edit_texts,
    refresh_report,
)
from reports.api.rendering import ExactRenderer
from reports.api.report_ground import ByPerson, heard, may_edit
from reports.api.reports import ReportFields, ReportRows, WholeReport
from reports.compute.slots import LONGEST, slots_of
from reports.models import Report

MOST_SLOTS = 100
EXAMPLE: dict[str, Any] = {
    "slot": "greeting",
    "label": "Greeting",
    "section": "Your month",
    "text": "Dear Ann, …",
    "shipped": "Dear Ann,",
    "figures": {"nps": "42"},
}


class SlotFields(serializers.Serializer[Any]):
    """A place in which people put their words, which may name its `figures` in braces."""

    slot = serializers.CharField()
    # Fields by names that serializers have as well.
    vars()["label"] = serializers.CharField(source="title")
    section = serializers.CharField()
    text = serializers.CharField()
    shipped = serializers.CharField(help_text="What stands there unless somebody writes.")
    figures = serializers.DictField(child=serializers.CharField())


@extend_schema_serializer(
    examples=[OpenApiExample("Words", {"slots": [EXAMPLE]}, response_only=True)]
)
class ReportTextFields(Shaped):
    """The words of a report, slot by slot."""

    slots = SlotFields(many=True)


class WrittenSlot(serializers.Serializer[Any]):
    """Words for a slot; empty: nothing stands there."""

    slot = serializers.CharField(max_length=200)
    text = serializers.CharField(max_length=LONGEST, allow_blank=True, trim_whitespace=False)


@extend_schema_serializer(
    examples=[
        OpenApiExample("Words", {"slots": [{"slot": "greeting", "text": "Dear Ann, well done."}]})
    ]
)
class ReportTextChanges(serializers.Serializer[Any]):
    """Words by slot; slots that are not named stay. What was approved has to be approved again."""

    slots = serializers.ListField(child=WrittenSlot(), max_length=MOST_SLOTS)


class _Unheld(ByPerson, ReportRows, Record):
    """Its revision says whether it is as it was read; it is held when it is written, as production of
    reports does, so that the two never wait for one another."""

    def row(self, *, locked: bool = False) -> Any:
        return super().row()


class ReportTexts(_Unheld, Item):
    """The words that people put into a report."""

    noun, plural = "report_text", "report_texts"
    shape = ReportTextFields
    changes = ReportTextChanges

    def told(self, rows: Any) -> Any:
        return [
            {
                "slots": [
                    {
                        "slot": slot.key, "title": slot.label, "section": slot.section,
                        "text": row.texts.get(slot.key, slot.text), "shipped": slot.text,
                        "figures": dict(slot.tokens),
                    }
                    for slot in slots_of(row.document)
                ]
            }
            for row in rows
        ]  # fmt: skip

    def change(self, row: Any, given: Given) -> None:
        """Put words into a report that is not sent. Takes the token of a person."""
        by = self.person_who(may_edit, row)
        texts = {one["slot"]: one["text"] for one in given.get("slots", ())}
        known = {slot.key for slot in slots_of(row.document)}
        if unknown := sorted(set(texts) - known):
            words = _("There is no slot %(slot)s here.") % {"slot": unknown[0]}
            raise serializers.ValidationError({"slots": [words]})
        heard(lambda: edit_texts(report=row, seen=row.revision, texts=texts, by=by))


class OneReport(_Unheld, Item):
    """One report whole: every figure with its formula, as-of, night and rules, and the sections."""

    shape = WholeReport
    renderer_classes = (ExactRenderer,)
    removable = True

    def remove(self, row: Any) -> None:
        """Drop the draft of a correction; the first version of a report is made again and again. Takes
        the token of a person."""
        by = self.person_who(may_edit, row)
        heard(lambda: discard_correction(report=row, seen=row.revision, by=by))


class ReportRefreshes(_Unheld, Verb):
    verb = "refresh"
    read_as = WholeReport

    def act(self, row: Any, given: Given) -> None:
        """Read the figures of a report that is not sent anew; people's words stay. Where they say
        something else it is a draft again. Takes the token of a person."""
        by = self.person_who(may_edit, row)
        heard(lambda: refresh_report(report=row, seen=row.revision, tenant=self.tenant, by=by))


class ReportCorrections(_Unheld, Verb):
    verb = "correct"
    makes = ReportFields
    read_as = WholeReport

    def act(self, row: Any, given: Given) -> Report:
        """Begin a further version of a report that was sent, as a draft; the one that was sent stays.
        Takes the token of a person."""
        by = self.person_who(may_edit, row)
        return correct_report(report=row, tenant=self.tenant, by=by)
