"""The measures that facts give (payments, contracts, usage, contacts, touchpoints, cases, projects,
training), and those announced for later.

"Last n days" are the as-of day D and the n − 1 days before it.
"""

from segmentation.catalogue import register
from segmentation.measures.announced import ANNOUNCED
from segmentation.measures.delivery import DELIVERY
from segmentation.measures.money import CONTRACTS, PAYMENTS
from segmentation.measures.service import SERVICE
from segmentation.measures.training import TRAINING
from segmentation.measures.usage import CONTACTS, USAGE


def register_measures() -> None:
    """Fill the catalogue; called once, from the app's registrations."""
    given = (*PAYMENTS, *CONTRACTS, *USAGE, *CONTACTS, *SERVICE, *DELIVERY, *TRAINING)
    for measure in (*given, *ANNOUNCED):
        register(measure)
