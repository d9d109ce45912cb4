"""What goes along when a tenant moves, and what does not: every decision with its reason.

All tables of a tenant go along with all their columns, unless this page says otherwise. Columns whose
name says that they hold something secret have to be on it, one way or the other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# Tables that stay behind, by model.
LEFT_OUT = {
    "accounts.BiAccess": "a role of the database that the tenant leaves",
    "accounts.ApiAnswer": "answers kept for a day in case a program repeats its request",
    "segmentation.Scored": "a view of other tables",
    "segmentation.UsageFold": "derived from usage_event, made again by the next night",
    "segmentation.UsageState": "derived from usage_event, made again by the next night",
    "segmentation.UsageDay": "derived from usage_event, made again by the next night",
    "segmentation.UsageWindow": "derived from usage_event, made again by the next night",
}


@dataclass(frozen=True)
class Changed:
    """A column that goes along as something else. ``sql``: an expression over the table's columns."""

    sql: str
    why: str


SEALED = "sealed with the key of the installation, which no other one has"
NOT_TWICE = "it waits where it was written, and must not leave twice"
ELSEWHERE = "it needs its secret or its folder there, and nothing is loaded at two places"
NOBODY = "no worker of another place holds it"

CHANGED = {
    ("accounts.Channel", "sealed_address"): Changed("''", SEALED),
    ("accounts.Channel", "is_active"): Changed("false", "its address has to be entered again"),
    ("accounts.OutgoingMail", "sealed_body"): Changed("''", SEALED),
    ("accounts.OutgoingMail", "claim"): Changed("''", NOBODY),
    ("accounts.OutgoingMail", "claimed_at"): Changed("NULL", NOBODY),
    ("accounts.OutgoingMail", "reason"): Changed(
        "CASE WHEN state = 'queued' THEN 'dropped' ELSE reason END", NOT_TWICE
    ),
    ("accounts.OutgoingMail", "state"): Changed(
        "CASE state WHEN 'queued' THEN 'dropped' WHEN 'sending' THEN 'unclear' ELSE state END",
        NOT_TWICE,
    ),
    ("accounts.ChannelPost", "state"): Changed(
        "CASE WHEN state IN ('queued', 'sending') THEN 'given_up' ELSE state END", NOT_TWICE
    ),
    ("accounts.LoadSource", "sealed_secret"): Changed("''", SEALED),
    ("accounts.LoadSource", "is_active"): Changed("false", ELSEWHERE),
    ("accounts.LoadSource", "next_look_at"): Changed("NULL", ELSEWHERE),
    ("accounts.LoadSource", "claim"): Changed("NULL", NOBODY),
    ("accounts.LoadSource", "claimed_until"): Changed("NULL", NOBODY),
    ("accounts.WebhookEndpoint", "sealed_secret"): Changed("''", SEALED),
    ("accounts.WebhookEndpoint", "sealed_previous"): Changed("''", SEALED),
    ("accounts.WebhookEndpoint", "is_active"): Changed("false", "it needs a new secret"),
    ("accounts.WebhookEndpoint", "off_because"): Changed(
        "CASE WHEN is_active THEN 'by_hand' ELSE off_because END", "it needs a new secret"
    ),
    ("accounts.WebhookEndpoint", "claim"): Changed("NULL", NOBODY),
    ("accounts.WebhookEndpoint", "claimed_until"): Changed("NULL", NOBODY),
    ("accounts.WebhookDelivery", "state"): Changed(
        "CASE state WHEN 'waiting' THEN 'failed' ELSE state END", NOT_TWICE
    ),
}

# Columns that look like secrets and go along as they are.
HASH = "a SHA-256 of a random secret: it lets its holder in again and tells nobody else anything"
FINGERPRINT = "a SHA-256 of content, to see that nobody altered it"
WORK = "a worker's mark on what it does now; a sweeper takes it over"

GOES_ALONG = {
    ("accounts.ApiToken", "secret_hash"): HASH,
    ("accounts.Invitation", "secret_hash"): HASH,
    ("projects.CustomerAnswer", "document_hash"): FINGERPRINT,
    ("projects.ProjectPageLink", "secret_hash"): HASH,
    ("projects.SignOff", "document_hash"): FINGERPRINT,
    ("projects.SignOffAnswer", "document_hash"): FINGERPRINT,
    ("projects.SignOffLink", "secret_hash"): HASH,
    ("projects.SigningLink", "document_hash"): FINGERPRINT,
    ("projects.SigningLink", "secret_hash"): HASH,
    ("projects.WeeklyReportLink", "secret_hash"): HASH,
    ("reports.Report", "document_hash"): FINGERPRINT,
    ("reports.ReportLink", "secret_hash"): HASH,
    ("reports.ReportLogo", "hash"): FINGERPRINT,
    ("reports.ReportRun", "claim"): WORK,
    ("segmentation.Night", "claim"): WORK,
    ("segmentation.Replay", "claim"): WORK,
    ("segmentation.WriteKey", "secret_hash"): HASH,
    ("service.CaseLink", "secret_hash"): HASH,
    ("service.PlayRun", "claim"): WORK,
    ("service.RequestPageLink", "secret_hash"): HASH,
    ("service.SuccessPlanLink", "secret_hash"): HASH,
    ("service.SurveyInvitation", "secret_hash"): HASH,
    ("service.UpdateLink", "secret_hash"): HASH,
}

LOOKS_SECRET = re.compile(
    r"secret(?!_made_at)|seal|hash|token(?!_id)|passw|claim(?!ed)|private_key|credential"
)

# In a path into JSON: every element of an array.
EACH = "*"
# Where the id of a user stands inside JSON, other than in the images of accounts_rowversion.
USERS_IN_JSON = {
    ("accounts.Load", "notes"): ("undone_by",),
    ("service.WorkChange", "rows"): (EACH, "before", "closed_by_id"),
}
