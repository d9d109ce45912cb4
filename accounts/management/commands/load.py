"""``load KIND FILE --tenant SLUG [--dry-run] [--skip-bad] [--map theirs=ours …] [--recipe …]``"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts.actions.loads import load_file
from accounts.loads.labels import PHASES
from accounts.loads.reading import DateOrder, DecimalMark, WrongMapping, parse_mapping, spool
from accounts.loads.reasons import COMMAND_OPTIONS, reason_text
from accounts.loads.recipes import RECIPES, find_recipe
from accounts.loads.registry import KNOWN_KINDS, LoadKind, find_kind, kinds
from accounts.loads.running import LoadOptions, Result
from accounts.loads.statistics import refresh_statistics
from accounts.management.progress import CommandProgress
from accounts.management.tenant_command import Refused, TenantCommand
from accounts.models import Tenant
from accounts.tenancy import tenant_scope


class _Recipe(argparse.Action):
    """The name of a recipe; `list` prints all of them and ends, as `--help` does."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        if values == "list":
            lines = (
                f"load {recipe.kind} FILE --recipe {name}\n" for name, recipe in RECIPES.items()
            )
            sys.stdout.write("".join(lines))
            parser.exit()
        setattr(namespace, self.dest, values)


class Command(TenantCommand):
    help = "Load a file (.csv, .csv.gz, .xlsx, or - for standard input) into a tenant."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("kind", metavar="KIND", help=", ".join(KNOWN_KINDS))
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen")
        parser.add_argument("--skip-bad", action="store_true", help="leave bad rows out")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="THEIRS=OURS",
            help="which column of the file feeds which of ours; may repeat",
        )
        parser.add_argument(
            "--recipe",
            action=_Recipe,
            default="",
            metavar="NAME",
            help="the program that exported the file: " + ", ".join(RECIPES) + "; or list",
        )
        parser.add_argument("--dates", choices=[order.value for order in DateOrder])
        parser.add_argument("--decimal", choices=[mark.value for mark in DecimalMark])

    def handle_tenant(self, tenant: Tenant, **options: Any) -> None:
        kind = self._kind(options["kind"])
        self._check_recipe(options["recipe"], kind)
        try:
            mapping = parse_mapping(options["map"], kind.columns)
        except WrongMapping as error:
            words = reason_text(error.code, error.params, options=COMMAND_OPTIONS)
            raise CommandError(words, returncode=2) from error
        wanted = LoadOptions(
            mapping=mapping,
            dates=DateOrder(options["dates"]) if options["dates"] else None,
            decimal=DecimalMark(options["decimal"]) if options["decimal"] else None,
            skip_bad=options["skip_bad"],
            recipe=options["recipe"],
        )
        handle, name = self._open(options["file"])
        refresh_statistics()
        with CommandProgress(self.stderr, PHASES) as progress, tenant_scope(tenant.id):
            load, result = load_file(
                handle=handle,
                filename=name,
                kind=kind,
                options=wanted,
                tenant=tenant,
                by=None,
                dry_run=options["dry_run"],
                progress=progress,
            )
        refresh_statistics()
        answer = result.as_json(load.pk if load else None)
        self.stdout.write(json.dumps(answer, ensure_ascii=False))
        if result.refused:
            raise Refused(_refusal(result, answer["errors"]))

    def _kind(self, name: str) -> LoadKind:
        kind = find_kind(name)
        if kind is not None:
            return kind
        known = ", ".join(kind.name for kind in kinds())
        if name in KNOWN_KINDS:
            raise Refused(_("“%(kind)s” cannot be loaded yet.") % {"kind": name} + f" ({known})")
        raise CommandError(
            _("There is no kind “%(kind)s”. There are: %(known)s.")
            % {"kind": name, "known": known},
            returncode=2,
        )

    def _check_recipe(self, name: str, kind: LoadKind) -> None:
        """End with 2 where there is no such recipe, or it makes another kind."""
        recipe = find_recipe(name)
        if name and recipe is None:
            words = _("There is no recipe “%(name)s”. There are: %(known)s.")
            known = ", ".join(RECIPES)
            raise CommandError(words % {"name": name, "known": known}, returncode=2)
        if recipe and recipe.kind != kind.name:
            words = _("The recipe “%(name)s” makes %(kind)s: load %(kind)s FILE.")
            raise CommandError(words % {"name": name, "kind": recipe.kind}, returncode=2)

    def _open(self, file: str) -> tuple[BinaryIO, str]:
        if file == "-":
            return spool(sys.stdin.buffer), "-"
        path = Path(file)
        try:
            return cast(BinaryIO, path.open("rb")), path.name
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}", returncode=2) from error


def _refusal(result: Result, errors: list[dict[str, Any]]) -> str:
    """The first error in words, and how many rows there are besides."""
    text = _("Refused, nothing was saved.")
    if errors:
        first = errors[0]
        where = _("Line %(line)s: ") % {"line": first["line"]} if first["line"] else ""
        column = f"{first['column']}: " if first["column"] else ""
        text = f"{where}{column}{first['reason']} {text}"
    if result.rejected > 1:
        text += " " + _("Rejected rows: %(count)s.") % {"count": result.rejected}
    return text
