"""Why a figure is absent."""

from django.utils.translation import gettext_lazy as _

from reports.catalogue import REASONS

REASONS.update(
    {
        "no_usage": _("No usage is known by then."),
        "no_persons": _("Usage does not say who used it."),
        "no_modules": _("Usage does not say which module."),
        "no_contracts": _("No contracts are known by then."),
        "nothing_owned": _("It owns no module on the last day."),
        "no_seats": _("No contract line says how many seats there are."),
        "no_instalments": _("No instalments are known."),
        "nothing_due": _("No unpaid instalment is to come."),
        "no_renewal": _("No running contract ends."),
        "no_payments": _("No payments are known by then."),
        "no_key_users": _("Nobody is named as a key user."),
        "no_touchpoints": _("No touchpoints are known by then."),
        "no_training": _("No training sessions are known by then."),
        "no_cases": _("No cases are known by then."),
        "none_answered": _("No case was first answered in the period."),
        "no_requests": _("No requests are known by then."),
        "none_received": _("No request came in the period."),
        "no_projects": _("No projects are known by then."),
        "none_accepted": _("No project was accepted in the period."),
        "no_baseline": _("No project with a locked baseline was accepted in the period."),
        "no_effort": _("No project has a baseline with effort."),
        "none_asked": _("Nobody was asked to accept a project in the period."),
        "no_surveys": _("No survey was answered."),
        "few_answers": _("too few for an interval"),
        "none_invited": _("No survey was sent in the period."),
        "no_start": _("No customer had ARR at the start."),
        "no_start_of_year": _("No customer had ARR twelve months before."),
        "none_lost": _("Not estimable: no customer was lost in twelve months."),
        "no_customers": _("No customer has ARR on the last day."),
        "nothing_ended": _("No contract ended in the period."),
        "none_due": _("No instalment fell due in the period."),
        "none_new": _("No customer is new in the period."),
        "no_night": _("No night is stored for the last day."),
        "no_night_before": _("No night is stored before the period."),
        "not_measured": _("The night of the last day did not measure this customer."),
        "no_peer_group": _("Neither its industry nor its size is known."),
        "few_peers": _("Fewer than ten customers are like it."),
        "no_clocks": _("No case with a promised time came due in the period."),
        "none_done": _("No work was done in the period."),
        "none_solved": _("No case was closed in the period."),
        "no_releases": _("Nothing that was asked for has been there for so long."),
        "no_faces": _("No customer met anybody in its project."),
    }
)
