"""What somebody says about the tenant's working calendar."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.calendars.changes import CalendarChange
from accounts.calendars.document import KINDS, NAME_LENGTH, SpecialDay
from accounts.calendars.proposals import countries, region_names
from accounts.calendars.words import KINDS as KIND_WORDS
from accounts.calendars.words import country_words
from accounts.calendars.years import FIRST_YEAR, LAST_YEAR
from ui.choices import offer

USUAL = "usual"
MOST_DAYS = 366
FILE_BYTES = 1 << 20


def _day_field(**kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(
        attrs={"type": "date", "min": f"{FIRST_YEAR}-01-01", "max": f"{LAST_YEAR}-12-31"},
        format="%Y-%m-%d",
    )
    return forms.DateField(widget=widget, **kwargs)


class ChangeForm(forms.Form):
    """A change of the calendar; every one may say why."""

    note = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Kept with the version."),
    )
    field_order: tuple[str, ...] = ()

    def change(self) -> CalendarChange:
        """What is asked for; of a valid form."""
        raise NotImplementedError


class DaysForm(ChangeForm):
    """A day, or the days up to another one."""

    first = _day_field(label=gettext_lazy("Day"))
    last = _day_field(
        label=gettext_lazy("Until"),
        required=False,
        help_text=gettext_lazy("Of several days the last."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("What it is"), widget=forms.RadioSelect)
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=NAME_LENGTH,
        required=False,
        help_text=gettext_lazy("What the day is called, for example Company day."),
    )
    field_order = ("first", "last", "kind", "name", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(kind, KIND_WORDS[kind]) for kind in KINDS]
        usual = (USUAL, gettext_lazy("As its weekday says"))
        offer(self, "kind", [*choices, usual])

    def _in_range(self, name: str) -> date | None:
        day = cast("date | None", self.cleaned_data.get(name))
        if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(
                _("The year is not between %(first)s and %(last)s.")
                % {"first": FIRST_YEAR, "last": LAST_YEAR}
            )
        return day

    def clean_first(self) -> date | None:
        return self._in_range("first")

    def clean_last(self) -> date | None:
        return self._in_range("last")

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and last < first:
            self.add_error("last", _("The end lies before the start."))
        elif first and last and (last - first).days >= MOST_DAYS:
            self.add_error("last", _("At most %(days)s days at once.") % {"days": MOST_DAYS})
        return self.cleaned_data

    def change(self) -> CalendarChange:
        asked = self.cleaned_data
        first, last = asked["first"], asked["last"] or asked["first"]
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        if asked["kind"] == USUAL:
            return CalendarChange(drop=tuple(days))
        return CalendarChange(
            put=tuple(SpecialDay(day, asked["kind"], asked["name"]) for day in days)
        )


class WeekdaysForm(ChangeForm):
    """The weekdays that are worked."""

    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Weekdays worked"),
        coerce=int,
        choices=[(number + 1, name) for number, name in WEEKDAYS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = ("weekdays", "note")

    def change(self) -> CalendarChange:
        return CalendarChange(weekdays=frozenset(self.cleaned_data["weekdays"]))


class FileForm(ChangeForm):
    """Days from a file or typed as one."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        help_text=gettext_lazy("CSV or Excel (.xlsx) with the columns day, kind and name."),
        widget=forms.FileInput(attrs={"accept": ".csv,.gz,.xlsx,.txt,.tsv"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Or paste the rows"),
        required=False,
        widget=forms.Textarea(
            attrs={
                "rows": 8,
                "spellcheck": "false",
                "placeholder": "day,kind,name\n2027-01-01,holiday,元旦\n2027-01-09,working,元旦",
            }
        ),
    )
    is_complete = forms.BooleanField(
        label=gettext_lazy("These are all special days of their years"),
        required=False,
        help_text=gettext_lazy("Days of these years that are not named become usual again."),
    )
    field_order = ("file", "text", "is_complete", "note")

    def clean_file(self) -> UploadedFile | None:
        file = cast("UploadedFile | None", self.cleaned_data["file"])
        if file and (file.size or 0) > FILE_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(limit)s MB.") % {"limit": FILE_BYTES >> 20}
            )
        return file

    def clean(self) -> dict[str, Any]:
        given = [name for name in ("file", "text") if self.cleaned_data.get(name)]
        if not self.errors and len(given) != 1:
            raise forms.ValidationError(_("Choose a file or paste rows, one of the two."))
        return self.cleaned_data


class HolidaysForm(forms.Form):
    """Whose statutory holidays of which year are shown."""

    country = forms.ChoiceField(label=gettext_lazy("Country"))
    region = forms.ChoiceField(label=gettext_lazy("Region"), required=False)
    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=FIRST_YEAR, max_value=LAST_YEAR)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = sorted((country_words(code), code) for code in countries())
        offer(self, "country", [("", "–"), *((code, name) for name, code in named)])
        country = str(self.data.get("country", ""))
        regions = region_names(country) if country in countries() else {}
        if regions:
            whole = ("", gettext_lazy("The whole country"))
            offer(self, "region", [whole, *sorted(regions.items(), key=lambda r: r[1])])
        else:
            del self.fields["region"]

    def place(self) -> str:
        """``CN`` or ``DE-BY``; of a valid form."""
        region = self.cleaned_data.get("region")
        country = str(self.cleaned_data["country"])
        return f"{country}-{region}" if region else country


class TakeOverForm(ChangeForm):
    """Which days of a proposal are taken over; ``is_complete``: its year is complete already.

    ``weekdays_label``: what the country's own weekdays are called where they differ, else empty.
    """

    take = forms.TypedMultipleChoiceField(
        coerce=date.fromisoformat, required=False, widget=forms.MultipleHiddenInput
    )
    weekdays = forms.BooleanField(required=False)
    is_complete = forms.BooleanField(
        required=False,
        help_text=gettext_lazy("Then nobody is reminded of this year any more."),
    )
    field_order = ("take", "weekdays", "is_complete", "note")

    def __init__(
        self,
        *args: Any,
        days: list[date],
        year: int,
        is_complete: bool,
        weekdays_label: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "take", [(day.isoformat(), day) for day in days])
        self.fields["is_complete"].label = _("The holidays of %(year)s are complete") % {
            "year": year
        }
        if weekdays_label:
            self.fields["weekdays"].label = weekdays_label
        else:
            del self.fields["weekdays"]
        if is_complete:
            del self.fields["is_complete"]
