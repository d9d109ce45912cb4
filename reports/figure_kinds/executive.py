"""The figures of the executives' report: how all customers stand together."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.catalogue import Counted, FigureKind, register
from reports.compute.documents import ReportKind
from segmentation.catalogue import FACTS, Better, Number, Unit

_CONTRACTS, _PROJECTS, _SURVEYS = FACTS["contracts"], FACTS["projects"], FACTS["surveys"]
_CASES, _USAGE = FACTS["cases"], FACTS["usage"]
_LESS, _NEITHER = Better.LESS, Better.NEITHER
_LAST, _AMOUNT, _RATIO = Counted.LAST_DAY, Number.AMOUNT, Number.RATIO
RENEWED_WITHIN_DAYS = 90

RETENTION = (
    FigureKind("start_arr", _("ARR at the start"), Unit.MONEY,
        _("Annual fees of the subscription lines active on the day compared with: the last day before "
          "a month, the first day of a quarter."),
        _CONTRACTS, number=_AMOUNT, adds_up=True),
    FigureKind("new", pgettext_lazy("ARR", "New"), Unit.MONEY,
        _("ARR at the end of customers that never had any up to the start."),
        _CONTRACTS, number=_AMOUNT, adds_up=True),
    FigureKind("expansion", _("Expansion"), Unit.MONEY,
        _("What customers that had ARR at the start have more at the end."),
        _CONTRACTS, number=_AMOUNT, adds_up=True),
    FigureKind("contraction", _("Contraction"), Unit.MONEY,
        _("What customers that still have ARR at the end have less than at the start."),
        _CONTRACTS, _LESS, number=_AMOUNT, adds_up=True),
    FigureKind("churned", pgettext_lazy("ARR", "Churned"), Unit.MONEY,
        _("ARR at the start of customers that have none at the end."),
        _CONTRACTS, _LESS, number=_AMOUNT, adds_up=True),
    FigureKind("reactivated", _("Reactivated"), Unit.MONEY,
        _("ARR at the end of customers that had none at the start and some before."),
        _CONTRACTS, number=_AMOUNT, adds_up=True),
    FigureKind("end_arr", _("ARR at the end"), Unit.MONEY,
        _("Annual fees of the subscription lines active on the last day."),
        _CONTRACTS, number=_AMOUNT, adds_up=True),
    FigureKind("grr", "GRR", Unit.SHARE,
        _("(start − contraction − churned) ÷ start, customer by customer."),
        _CONTRACTS, number=_RATIO),
    FigureKind("nrr", "NRR", Unit.SHARE,
        _("(start + expansion − contraction − churned) ÷ start, customer by customer; "
          "reactivation not in it."), _CONTRACTS, number=_RATIO),
    FigureKind("customers_start", _("Customers at the start"), Unit.COUNT,
        _("Customers that had ARR on the day compared with: the last day before a month, the first day "
          "of a quarter."), _CONTRACTS, adds_up=True),
    FigureKind("customers_lost", _("Customers lost"), Unit.COUNT,
        _("Customers that had ARR at the start and have none at the end."),
        _CONTRACTS, _LESS, adds_up=True),
    FigureKind("logo_churn", _("Logo churn"), Unit.SHARE,
        _("Customers that had ARR at the start and have none at the end ÷ customers at the start."),
        _CONTRACTS, _LESS, number=_RATIO),
    FigureKind("ltv", _("Lifetime value"), Unit.MONEY,
        _("Monthly ARR per customer × gross margin ÷ monthly logo churn of the twelve months up to "
          "the last day."), _CONTRACTS, counted=_LAST, number=_AMOUNT),
)  # fmt: skip
OVER_TWELVE_MONTHS = (
    FigureKind("logo_churn_12m", _("Logo churn, twelve months"), Unit.SHARE,
        _("Customers that had ARR twelve months before the last day and have none on it ÷ customers "
          "that had ARR then."), _CONTRACTS, _LESS, _LAST, _RATIO),
    FigureKind("grr_12m", _("GRR, twelve months"), Unit.SHARE,
        _("(start − contraction − churned) ÷ start, customer by customer, from twelve months before "
          "the last day to it."), _CONTRACTS, counted=_LAST, number=_RATIO),
    FigureKind("nrr_12m", _("NRR, twelve months"), Unit.SHARE,
        _("(start + expansion − contraction − churned) ÷ start, customer by customer, from twelve "
          "months before the last day to it; reactivation not in it."),
        _CONTRACTS, counted=_LAST, number=_RATIO),
)  # fmt: skip
CUSTOMERS = (
    FigureKind("customers", _("Customers"), Unit.COUNT,
        _("Customers that have ARR on the last day."), _CONTRACTS, counted=_LAST, adds_up=True),
    FigureKind("active_customers", _("Active customers"), Unit.COUNT,
        _("Customers that have ARR on the last day and used something in the period."),
        _USAGE, adds_up=True),
    FigureKind("new_customers", _("New customers"), Unit.COUNT,
        _("Customers whose first contract was signed in the period, trials apart."),
        _CONTRACTS, adds_up=True),
    FigureKind("referred_customers", _("New by referral"), Unit.COUNT,
        _("New customers of the period who had been referred by another customer."),
        FACTS["referrals"], adds_up=True),
    FigureKind("referred_share", _("Share referred"), Unit.SHARE,
        _("New customers who had been referred ÷ new customers."),
        FACTS["referrals"], number=_RATIO),
    FigureKind("moves_up", _("Moved to a better tier"), Unit.COUNT,
        _("Customers whose tier on the night of the last day is better than on the last night before "
          "the period; who entered or left the ladder is not counted."), _("Nights"),
        adds_up=True, by_night=True),
    FigureKind("moves_down", _("Moved to a worse tier"), Unit.COUNT,
        _("Customers whose tier on the night of the last day is worse than on the last night before "
          "the period, lost ones included."), _("Nights"), _LESS, adds_up=True, by_night=True),
)  # fmt: skip
MONEY = (
    FigureKind("due_customers", _("Customers due for renewal"), Unit.COUNT,
        _("Customers with a contract whose subscription lines all ended in the period."),
        _CONTRACTS, _NEITHER, adds_up=True),
    FigureKind("due_arr", _("ARR due for renewal"), Unit.MONEY,
        _("ARR of these contracts on their last day."),
        _CONTRACTS, _NEITHER, number=_AMOUNT, adds_up=True),
    FigureKind("renewal_rate_customers", _("Renewal rate by customers"), Unit.SHARE,
        _("Customers with a contract of these renewed within 90 days of its end ÷ customers due. A "
          "customer counts as renewed when one of its contracts that ended was."),
        _CONTRACTS, number=_RATIO, settles_days=RENEWED_WITHIN_DAYS),
    FigureKind("renewal_rate_arr", _("Renewal rate by ARR"), Unit.SHARE,
        _("ARR of the contracts renewed within 90 days of their end ÷ ARR due."),
        _CONTRACTS, number=_RATIO, settles_days=RENEWED_WITHIN_DAYS),
    FigureKind("cash_received", _("Cash received"), Unit.MONEY,
        _("Payments of the period, refunds subtracted."),
        FACTS["payments"], number=_AMOUNT, adds_up=True),
    FigureKind("cash_due", _("Cash due"), Unit.MONEY,
        _("Instalments that fell due in the period."),
        FACTS["instalments"], _NEITHER, number=_AMOUNT, adds_up=True),
    FigureKind("cash_overdue", _("Cash overdue"), Unit.MONEY,
        _("Sum of the instalments that fell due by the last day and were unpaid then."),
        FACTS["instalments"], _LESS, _LAST, _AMOUNT, adds_up=True),
)  # fmt: skip
DELIVERY = (
    FigureKind("accepted_projects", _("Projects accepted"), Unit.COUNT,
        _("Projects that the customer accepted in the period."), _PROJECTS, adds_up=True),
    FigureKind("on_time_rate", _("On time"), Unit.SHARE,
        _("Of the projects accepted in the period that have a locked baseline, the share accepted on "
          "or before its last day."), _PROJECTS, number=_RATIO),
    FigureKind("delivery_cycle_days", _("Delivery cycle"), Unit.DAYS,
        _("Median working days from the start to the acceptance of the projects accepted in the "
          "period."), _PROJECTS, _LESS, number=_RATIO),
    FigureKind("acceptance_lead_days", _("Days to acceptance"), Unit.DAYS,
        _("Median working days from first asking the customer to accept until the acceptance, over "
          "the projects accepted in the period that were asked for it."),
        _PROJECTS, _LESS, number=_RATIO),
    FigureKind("scope_creep_index", _("Scope creep"), Unit.SHARE,
        _("Effort on what nobody signed for ÷ effort of the baselines, over the projects running on "
          "the last day and those accepted in the period."),
        _PROJECTS, _LESS, number=_RATIO),
    FigureKind("unapproved_days", _("Unapproved effort"), Unit.DAYS,
        _("Person-days on what nobody signed for, of the same projects."),
        _PROJECTS, _LESS, number=_AMOUNT, adds_up=True),
    FigureKind("signed_not_live_arr", _("Signed and not live"), Unit.MONEY,
        _("ARR of the subscription lines signed by the last day and not ended, of customers with "
          "projects of which none was accepted by then."),
        _PROJECTS, _LESS, _LAST, _AMOUNT, adds_up=True),
    FigureKind("faces_per_customer", _("Faces per customer"), Unit.TIMES,
        _("Our people whom a customer had to do with in its project up to the last day: the mean of "
          "the customers that had to do with somebody."), FACTS["touchpoints"], _LESS, _LAST,
        _RATIO),
)  # fmt: skip
SATISFACTION = (
    FigureKind("nps", _("NPS"), Unit.POINTS,
        _("Share of promoters (9 and 10) minus share of detractors (0 to 6), in points from -100 to "
          "100, over the answers of the period."), _SURVEYS, number=_RATIO),
    FigureKind("csat", _("CSAT"), Unit.POINTS,
        _("Mean satisfaction, 1 to 5, over the answers of the period."), _SURVEYS, number=_RATIO),
    FigureKind("ces", _("Customer effort"), Unit.POINTS,
        _("Mean effort that customers say it took them, 1 (very little) to 7 (very much), over the "
          "answers of the period."), _SURVEYS, _LESS, number=_RATIO),
    FigureKind("survey_response_rate", _("Survey response rate"), Unit.SHARE,
        _("Of the surveys sent in the period, the share that was answered since."), _SURVEYS,
        number=_RATIO, settles_days=None),
    FigureKind("requests_received", _("Requests received"), Unit.COUNT,
        _("Requests that customers made in the period."), FACTS["requests"], adds_up=True),
    FigureKind("requests_adopted", _("Requests adopted"), Unit.COUNT,
        _("Of these, those accepted, planned or shipped since."), FACTS["requests"], adds_up=True,
        settles_days=None),
    FigureKind("acceptance_rate", _("Acceptance rate"), Unit.SHARE,
        _("Requests adopted ÷ requests received."), FACTS["requests"], number=_RATIO,
        settles_days=None),
)  # fmt: skip
ACTIVITY = (
    FigureKind("events", _("Usage events"), Unit.COUNT,
        _("How often something was used in the period, all modules together."),
        _USAGE, adds_up=True),
    FigureKind("active_persons", _("Active persons"), Unit.COUNT,
        _("Different persons who used something in the period; the same name at two customers is two "
          "persons."), _USAGE, adds_up=True),
    FigureKind("dau_rate", _("Daily active rate"), Unit.SHARE,
        _("Persons active on a day ÷ persons known by the last day: the mean of the days of the "
          "period."), _USAGE, number=_RATIO),
    FigureKind("touchpoints", _("Touchpoints"), Unit.COUNT,
        _("Occasions of the period on which we met a customer; one with several persons counts once."),
        FACTS["touchpoints"], adds_up=True),
    FigureKind("cases_opened", _("Cases opened"), Unit.COUNT,
        _("Cases opened in the period."), _CASES, _LESS, adds_up=True),
    FigureKind("case_response_hours", _("Hours to first response"), Unit.HOURS,
        _("Mean hours from opening a case to its first response, over the cases first answered in the "
          "period."), _CASES, _LESS, number=_RATIO),
    FigureKind("case_targets_met", _("Cases answered in time"), Unit.SHARE,
        _("Of the cases first answered or overdue for it in the period, the share whose first response "
          "came within the promised time."), _CASES, number=_RATIO),
)  # fmt: skip

register(
    ReportKind.EXECUTIVE,
    (*RETENTION, *OVER_TWELVE_MONTHS, *CUSTOMERS, *MONEY, *DELIVERY, *SATISFACTION, *ACTIVITY),
)
