"""What letters and notifications contribute to the registries."""

from __future__ import annotations

from accounts import mail_labels  # noqa: F401 - words for the audit
