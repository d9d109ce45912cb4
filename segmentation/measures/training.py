"""What training says of a customer's users."""

from django.utils.translation import gettext_lazy as _

from segmentation.catalogue import Better, Measure, Number, Unit
from segmentation.measures.known import known_rows

_SESSIONS = known_rows("projects_trainingsession", "id", "held_on")

# Who is a user on the day counts, whenever and as what they were trained. Without any session up to
# the day nobody is known to be untrained.
_TRAINED_SHARE = f"""
WITH held AS MATERIALIZED (
    SELECT id FROM ({_SESSIONS}) AS session WHERE held_on <= %(day)s
), trained AS (
    SELECT DISTINCT attendance.contact_id
      FROM ({known_rows("projects_attendance", "session_id", "contact_id", "state")}) AS attendance
      JOIN held ON held.id = attendance.session_id
     WHERE attendance.state = 'present'
), learner AS (
    SELECT DISTINCT contact_id
      FROM ({known_rows("accounts_contactrole", "contact_id", "role", "from_on", "to_on")}) AS role
     WHERE role.role IN ('key_user', 'end_user') AND coalesce(role.from_on <= %(day)s, true)
       AND coalesce(role.to_on >= %(day)s, true) AND EXISTS (SELECT 1 FROM held)
)
SELECT contact.customer_id, count(trained.contact_id)::double precision / count(*)
  FROM learner
  JOIN ({known_rows("accounts_contact", "id", "customer_id")}) AS contact
    ON contact.id = learner.contact_id
  LEFT JOIN trained ON trained.contact_id = learner.contact_id
 GROUP BY contact.customer_id
"""

TRAINING = (
    Measure(
        "trained_share",
        _("Trained persons"),
        _(
            "Share of the customer's key users and end users on the as-of day who took part in a "
            "training session by then."
        ),
        Unit.SHARE,
        Number.RATIO,
        Better.MORE,
        "training",
        sql=_TRAINED_SHARE,
    ),
)
