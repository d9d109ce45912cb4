"""How the system calls a renewal, the best first."""

from __future__ import annotations

LIKELY, UNCERTAIN, UNLIKELY = "likely", "uncertain", "unlikely"
CLASSES = (LIKELY, UNCERTAIN, UNLIKELY)
