"""The figures of the product digest."""

from django.utils.translation import gettext_lazy as _

from reports.catalogue import Counted, FigureKind, figures_of, register
from reports.compute.documents import ReportKind
from reports.figure_kinds import executive  # noqa: F401 - the figures that both reports have
from segmentation.catalogue import FACTS, Better, Number, Unit

_REQUESTS, _CASES = FACTS["requests"], FACTS["cases"]
_LESS, _NEITHER, _LAST = Better.LESS, Better.NEITHER, Counted.LAST_DAY
_OTHERS = figures_of(ReportKind.EXECUTIVE)

register(ReportKind.PRODUCT, (
    _OTHERS["requests_received"],
    FigureKind("requests_undecided", _("Not decided yet"), Unit.COUNT,
        _("Requests of which nothing is decided, as they stood when the digest was made."), _REQUESTS,
        _LESS, _LAST, adds_up=True),
    FigureKind("requests_aging", _("Undecided for more than 60 days"), Unit.COUNT,
        _("Of these, those raised more than 60 days before."), _REQUESTS, _LESS, _LAST, adds_up=True),
    FigureKind("acceptance_rate_12m", _("Acceptance rate, twelve months"), Unit.SHARE,
        _("Of what customers asked for in the 365 days up to the last day, the share accepted, planned "
          "or shipped since."), _REQUESTS, number=Number.RATIO, settles_days=None),
    FigureKind("updates_shipped", _("Releases"), Unit.COUNT,
        _("Product updates shipped in the 120 days up to the last day, at most ten."),
        FACTS["requests"], _NEITHER, adds_up=True),
    FigureKind("asked_used_30", _("Used by who asked, within 30 days"), Unit.SHARE,
        _("Of the customers who asked for what these releases brought and had it for 30 days, the share "
          "that used it within them."), FACTS["usage"], number=Number.RATIO, settles_days=None),
    FigureKind("asked_used_90", _("Used by who asked, within 90 days"), Unit.SHARE,
        _("Of the customers who asked for what these releases brought and had it for 90 days, the share "
          "that used it within them."), FACTS["usage"], number=Number.RATIO, settles_days=None),
    _OTHERS["cases_opened"],
    FigureKind("cases_breached", _("Promises not kept"), Unit.COUNT,
        _("Cases whose first response or solution ran out of its promised time in the period."), _CASES,
        _LESS, adds_up=True),
    _OTHERS["ces"],
))  # fmt: skip
