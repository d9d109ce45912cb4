"""What visitors of the demo are told to look at first: three hints for each role."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from ui.hints import Hint, first_hints

SERVICE, DELIVERY = Role.SERVICE_MANAGER.value, Role.PROJECT_MANAGER.value
EXECUTIVE, ADMIN = Role.EXECUTIVE.value, Role.ADMIN.value
TEAM, PRODUCT = Role.TEAM_MEMBER.value, Role.PRODUCT_MANAGER.value

HINTS = (
    Hint(
        "demo-today",
        _("Begin with what moved"),
        _(
            "Every night computes each customer's tier anew. Who moved last night, and why, "
            "comes first."
        ),
        "moves",
        _("Last night's moves"),
        "view_tiers",
        frozenset({SERVICE}),
    ),
    Hint(
        "demo-projects",
        _("The most urgent project first"),
        _("Late projects stand on top. A number above the list filters it."),
        "projects",
        _("Projects"),
        "view_projects",
        frozenset({DELIVERY, TEAM}),
    ),
    Hint(
        "demo-month",
        _("Every figure says how it came about"),
        _(
            "Point at a figure or choose it: its formula, its day and its source. It leads to "
            "the customers behind it."
        ),
        "month",
        _("Month in review"),
        "view_month",
        frozenset({EXECUTIVE}),
    ),
    Hint(
        "demo-requests",
        _("What customers ask for"),
        _(
            "Each wish with the customers and the ARR behind it. Merge those that say the same, "
            "decide, and everybody who asked is answered."
        ),
        "requests",
        _("Requests"),
        "view_requests",
        frozenset({PRODUCT}),
    ),
    Hint(
        "demo-updates",
        _("Shipped, told and used"),
        _(
            "A product update goes to exactly those who asked and those who own the module; "
            "after 30 and 90 days you see who uses it."
        ),
        "updates",
        _("Product updates"),
        "view_requests",
        frozenset({PRODUCT}),
    ),
    Hint(
        "demo-modules",
        _("Owned, used, given up"),
        _("For each module: who owns it, who uses it, and who stopped."),
        "modules",
        _("Modules"),
        "view_modules",
        frozenset({PRODUCT}),
    ),
    Hint(
        "demo-nights",
        _("Nights run by themselves"),
        _("Each keeps what it knew then. An earlier night can be looked at and computed again."),
        "nights",
        _("Nights"),
        "view_nights",
        frozenset({ADMIN}),
    ),
    Hint(
        "demo-rules",
        _("Try a rule before it counts"),
        _(
            "Change a rule in a draft and see which customers would move. Nothing changes "
            "until it is published."
        ),
        "rules",
        _("Rules"),
        "edit_rules",
        frozenset({ADMIN}),
    ),
    Hint(
        "demo-loads",
        _("Load a file of your own"),
        _(
            "It is checked before anything changes, every fault is named by line, and every "
            "load can be undone."
        ),
        "new_load",
        _("Load a file"),
        "manage_loads",
        frozenset({ADMIN}),
    ),
    Hint(
        "demo-why",
        _("Ask why"),
        _(
            "Open a customer: its tier names the rule that fired, what the rule read, and "
            "what would change it."
        ),
        "portfolio",
        _("Customers"),
        "view_customers",
        frozenset({SERVICE}),
    ),
    Hint(
        "demo-face",
        _("One face at a time"),
        _(
            "Until acceptance the customer meets the project manager, then the "
            "customer-service manager. Each customer's page shows its faces until today."
        ),
        "portfolio",
        _("Customers"),
        "view_customers",
        frozenset({DELIVERY, TEAM}),
    ),
    Hint(
        "demo-tiers",
        _("Who went where"),
        _(
            "The matrix shows the customers and the money that went from tier to tier. Each "
            "cell leads to its list."
        ),
        "tiers",
        _("Tiers"),
        "view_tiers",
        frozenset({EXECUTIVE, DELIVERY, TEAM}),
    ),
    Hint(
        "demo-past",
        _("Look back"),
        _("Every night is kept as it was. Open one and see who stood where, and why."),
        "nights",
        _("Nights"),
        "view_nights",
        frozenset({SERVICE, EXECUTIVE}),
    ),
)


def register_hints() -> None:
    first_hints[:] = HINTS
