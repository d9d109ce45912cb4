"""The measures that payments, contracts, usage and contacts give, and those announced for later.

"Last n days" are the as-of day D and the n − 1 days before it.
"""

from segmentation.catalogue import register
from segmentation.measures.announced import ANNOUNCED
from segmentation.measures.money import CONTRACTS, PAYMENTS
from segmentation.measures.usage import CONTACTS, USAGE


def register_measures() -> None:
    """Fill the catalogue; called once, from the app's registrations."""
    for measure in (*PAYMENTS, *CONTRACTS, *USAGE, *CONTACTS, *ANNOUNCED):
        register(measure)
