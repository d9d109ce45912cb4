"""How the demo vendor's reports look: its own logo, drawn here, its colour and its words."""

from __future__ import annotations

import typst

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from reports.actions.report_templates import keep_logo, set_template
from reports.models import ReportTemplate

ACCENT = "#0b6e7f"
# Three bars that grow, and the vendor's name.
LOGO = """
#set page(width: auto, height: auto, margin: 3pt, fill: none)
#let bar(height) = box(width: 5pt, height: height, radius: 1.5pt, fill: rgb("#12899b"))
#grid(columns: 5, column-gutter: (2pt, 2pt, 7pt, 0pt), align: bottom, bar(8pt), bar(13pt), bar(19pt),
  text(font: "Libertinus Serif", size: 17pt, weight: "bold", fill: rgb("#12899b"),
    sys.inputs.name))
"""
TEXTS = {
    "en": {
        "greeting": "Dear colleagues at {customer},",
        "closing": "Thank you for working with us. {face} is glad to go through this report with you: "
        "a quarter of an hour is enough.",
        "footer": "{vendor} · prepared for {customer}, in confidence",
    },
    "zh-hans": {
        "greeting": "尊敬的{customer}各位同事，您好！",
        "closing": "感谢您一直以来的信任与配合。如需当面解读本报告，{face}随时恭候，一刻钟即可。",
        "footer": "{vendor} · 仅供{customer}内部参阅",
    },
}


def make_example_report_template(tenant: Tenant) -> None:
    """Set it once, before the first reports are made."""
    with tenant_scope(tenant.pk):
        if ReportTemplate.objects.exists():
            return
        made = typst.compile(
            LOGO.encode(), format="png", ppi=216.0, sys_inputs={"name": tenant.name}
        )
        assert isinstance(made, bytes)
        look = {"accent": ACCENT, "logo": keep_logo(made, by=None), "texts": TEXTS}
        set_template(look=look, logo=None, seen=0, by=None)
