"""What happens here that apps above may want to know. Receivers run in the sender's transaction."""

from django.dispatch import Signal

# Customers, contracts or projects were written. Arguments: ``customer_ids`` (list of ids, or None
# for any number of customers of the tenant). projects re-derives who is whose face.
customer_facts_changed = Signal()

# A file was loaded, or taken back. Arguments: ``kind`` (its name), ``since``: what it wrote is known
# from this moment on.
facts_loaded = Signal()

# A member joined or left, or roles changed. Arguments: ``membership``.
membership_changed = Signal()

# A meeting was kept, or changed, and names a next step. Arguments: ``touchpoint``, ``by`` (the user).
touchpoint_noted = Signal()
