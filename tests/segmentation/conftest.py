"""Property tests may take their time: the machine may be busy with other tests."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("tenure", deadline=None)
settings.load_profile("tenure")
