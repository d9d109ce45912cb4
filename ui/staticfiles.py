"""Static files for production: hashed, compressed, and the style sheet in one piece.

The sources stay one file per component, joined by ``@import``; a browser would fetch each of them
in turn. Collecting writes them into the entry sheet, so a page asks for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from whitenoise.storage import CompressedManifestStaticFilesStorage

ENTRY = "css/tenure.css"
IMPORT = re.compile(r'@import url\("(?P<name>[\w/.-]+)"\) layer\((?P<layer>\w+)\)(?P<media> \w+)?;')


# Django's own switch for this looks into every script of every package, comments included.
OWN_MODULES = (
    "js/*.js",
    (
        (
            r"""(?P<matched>import(?P<names>[^;"']*?)from\s*"(?P<url>\./[\w.-]+)"\s*;)""",
            """import%(names)sfrom "%(url)s";""",
        ),
        (r"""(?P<matched>import\s*"(?P<url>\./[\w.-]+)"\s*;)""", """import "%(url)s";"""),
    ),
)


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    # Our modules import each other by their hashed names too.
    patterns = (*CompressedManifestStaticFilesStorage.patterns, OWN_MODULES)

    def post_process(self, paths: dict[str, Any], **options: Any) -> Iterator[Any]:
        # Always from the source: the collected entry may be the joined one of last time.
        source = finders.find(ENTRY)
        if source is not None and ENTRY in paths:
            Path(self.path(ENTRY)).write_text(joined(Path(str(source))), encoding="utf-8")
            paths = {**paths, ENTRY: (self, ENTRY)}
        yield from super().post_process(paths, **options)


def joined(entry: Path) -> str:
    """The sheet with each of its imports in place, in the layer and medium it names."""

    def content(match: re.Match[str]) -> str:
        rules = (entry.parent / match["name"]).read_text(encoding="utf-8")
        if match["media"]:
            rules = f"@media{match['media']} {{\n{rules}}}\n"
        return f"@layer {match['layer']} {{\n{rules}}}\n"

    return IMPORT.sub(content, entry.read_text(encoding="utf-8"))
