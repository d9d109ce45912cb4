"""A channel, by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Channel
from accounts.notification_kinds import topics_in_order


def _topic_choices() -> list[tuple[str, Any]]:
    return [(topic.key, topic.label) for topic in topics_in_order() if topic.for_channels]


class ChannelForm(forms.Form):
    """``channel``: the one that is changed; its service stays, and its address is not shown."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    service = forms.ChoiceField(label=gettext_lazy("Service"), choices=Channel.Service.choices)
    address = forms.CharField(
        label=gettext_lazy("Webhook"),
        max_length=1000,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy(
            "As the service shows it for a robot or an incoming webhook of the group."
        ),
    )
    secret = forms.CharField(
        label=gettext_lazy("Signing secret"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Only for robots of DingTalk that sign."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("It is told of"),
        choices=_topic_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    is_active = forms.BooleanField(label=gettext_lazy("Active"), required=False, initial=True)

    def __init__(self, *args: Any, channel: Channel | None = None, **kwargs: Any) -> None:
        if channel is not None:
            names = ("name", "language", "kinds", "is_active")
            kwargs["initial"] = {name: getattr(channel, name) for name in names}
        super().__init__(*args, **kwargs)
        if channel is None:
            del self.fields["is_active"]
        else:
            del self.fields["service"]
            self.fields["address"].required = False
            self.fields["address"].help_text = _(
                "The one that is kept is not shown again. Empty: it stays."
            )
