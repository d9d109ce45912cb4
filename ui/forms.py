"""How forms are drawn: our field and form templates, Django's widgets."""

from __future__ import annotations

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Set as FORM_RENDERER. Labels, help, errors and their ARIA links come from the templates."""

    form_template_name = "components/forms/form.html"
    field_template_name = "components/forms/field.html"
