"""The kinds of file whose facts live in this app."""

from accounts.loads.kinds.cases import Cases
from accounts.loads.kinds.contacts import Contacts
from accounts.loads.kinds.contracts import Contracts
from accounts.loads.kinds.customers import Customers
from accounts.loads.kinds.instalments import Instalments
from accounts.loads.kinds.modules import Modules
from accounts.loads.kinds.payments import Payments
from accounts.loads.kinds.touchpoints import Touchpoints

KINDS = (
    Customers(),
    Contacts(),
    Modules(),
    Contracts(),
    Payments(),
    Instalments(),
    Touchpoints(),
    Cases(),
)

__all__ = ["KINDS"]
