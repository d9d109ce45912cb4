"""What an action refused, shown in the form that asked for it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.forms import BaseForm


def show_faults(form: BaseForm, error: ValidationError) -> None:
    """Put each fault beside its field; of what the form does not have, above all."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, faults in error.error_dict.items():
        form.add_error(name if name in form.fields else None, faults)
