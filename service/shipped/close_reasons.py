"""Why work is closed, as shipped; a tenant adds its own, says these in its words, or hides them."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Ending → key → words.
CLOSE_REASONS: dict[str, dict[str, str | Promise]] = {
    "done": {
        "agreed": _("The customer agreed to the next step"),
        "solved": _("What troubled the customer is solved"),
        "informed": _("The customer is informed"),
        "paid_or_renewed": _("The customer paid or renewed"),
        "no_effect": _("Done, and nothing changed yet"),
    },
    "dismissed": {
        "not_relevant": _("Does not concern this customer"),
        "handled_elsewhere": _("Is handled elsewhere"),
        "not_wanted": _("The customer does not want it"),
        "wrong_data": _("The data behind it is wrong"),
        "no_time": _("There is no time for it"),
    },
}
