#!/usr/bin/env python
"""Tenure's commands. `python manage.py help` lists them."""

import os
import signal
import sys

from config.command_line import refuse_what_is_not_text, speak_utf8

# Commands that need neither database nor Redis.
WITHOUT_SERVERS = {
    "help",
    "version",
    "--help",
    "--version",
    "-h",
    "collectstatic",
    "compile_translations",
    "update_translations",
    "write_figures",
}
BEFORE_MIGRATING = {"migrate", "makemigrations"}


def main() -> None:
    refuse_what_is_not_text(sys.argv[1:])
    speak_utf8()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # Ending by SIGTERM runs the exit handlers, which release the embedded servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    import django
    from django.core.management import execute_from_command_line

    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command not in WITHOUT_SERVERS and "--help" not in sys.argv:
        django.setup()
        from config.servers import ensure_servers

        ensure_servers(migrate_when_empty=command not in BEFORE_MIGRATING)
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
