"""The demo vendor's reports have its own look."""

from __future__ import annotations

import pytest

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from config.demo.report_template import TEXTS, make_example_report_template
from reports.compute.report_templates import contrast_on_white, unknown_placeholders
from reports.models import ReportLogo, ReportTemplate
from reports.queries.report_templates import current_look

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_is_set_once_with_a_logo_colour_and_words_in_both_languages(tenant: Tenant) -> None:
    make_example_report_template(tenant)
    make_example_report_template(tenant)
    with tenant_scope(tenant.pk):
        assert ReportTemplate.objects.count() == 1
        look = current_look()
        logo = ReportLogo.objects.get(hash=look.logo)
        assert logo.width > logo.height > 16
    assert contrast_on_white(look.accent) >= 4.5
    assert set(look.texts) == {"en", "zh-hans"} == set(TEXTS)
    assert not any(unknown_placeholders(text) for of in TEXTS.values() for text in of.values())
