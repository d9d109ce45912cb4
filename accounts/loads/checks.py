"""What SQL finds wrong with staged rows, each fault by its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from accounts.loads.stage import Stage

ROWS = "load_row"


@dataclass(frozen=True)
class Reference:
    """A column that names another record by its key.

    `name`: the column of `load_row` that gets the record's id; `further`: other columns of the
    record that come along, by the name they get. An unknown key is a fault with `code`. `owner`: the
    column of the record that says whose it is, where keys are told apart only within what the row's
    first reference names: contacts of a customer, items of a project.
    """

    column: str
    table: str
    name: str
    code: str
    further: Mapping[str, str] = field(default_factory=dict)
    owner: str = ""


CUSTOMER = Reference("customer", "accounts_customer", "customer_id", "unknown_customer")
CONTRACT = Reference(
    "contract",
    "accounts_contract",
    "contract_id",
    "unknown_contract",
    {"contract_customer_id": "customer_id"},
)
CONTACT = Reference(
    "contact", "accounts_contact", "contact_id", "unknown_contact", owner="customer_id"
)


def resolve(stage: Stage, *references: Reference) -> None:
    """Make `load_row`: the staged rows with the ids of what they name; reject unknown keys."""
    columns, joins = ["s.*"], []
    for number, reference in enumerate(references):
        alias = f"r{number}"
        columns.append(f"{alias}.id AS {reference.name}")
        columns += [f"{alias}.{source} AS {name}" for name, source in reference.further.items()]
        joins.append(
            f"LEFT JOIN {reference.table} {alias} ON {alias}.tenant_id = %(tenant)s "
            f'AND {alias}.key = s."{reference.column}"'
            + (f" AND {alias}.{reference.owner} = r0.id" if reference.owner else "")
        )
    stage.analyze()
    stage.make(ROWS, f"SELECT {', '.join(columns)} FROM load_stage s {' '.join(joins)}")
    for reference in references:
        stage.reject(
            reference.column,
            reference.code,
            f'SELECT s.line, s."{reference.column}", NULL::jsonb FROM {ROWS} s '
            f'WHERE s."{reference.column}" IS NOT NULL AND s.{reference.name} IS NULL'
            # Whose it would be is the fault then.
            + (f" AND s.{references[0].name} IS NOT NULL" if reference.owner else ""),
        )


def reject_repeats(
    stage: Stage,
    key: Sequence[str],
    contents: Sequence[str] | None = None,
    *,
    column: str = "key",
    code: str = "repeated_key",
    table: str = ROWS,
) -> None:
    """Reject rows that repeat the key of an earlier line with other contents; equal ones are fine.

    `key` and `contents` are columns of the stage; contents None: all that the kind has, and extras.
    Comes after other checks: what they rejected leaves the stage first and is nobody's twin.
    """
    stage.drop_rejected(table)
    if contents is None:
        contents = [c.name for c in stage.columns if c.name not in key] + ["extras"]
    keys = ", ".join(f's."{name}"' for name in key)
    same_key = " AND ".join(f's."{name}" IS NOT DISTINCT FROM g."{name}"' for name in key)
    different = " OR ".join(f's."{name}" IS DISTINCT FROM f."{name}"' for name in contents)
    # Equality of the first key column lets the planner hash; it is never empty.
    stage.reject(
        column,
        code,
        f"SELECT s.line, s.\"{column}\", jsonb_build_object('line', g.first_line) "
        f"FROM {table} s "
        f"JOIN (SELECT {keys}, min(s.line) AS first_line FROM {table} s "
        f"GROUP BY {keys} HAVING count(*) > 1) g "
        f'ON s."{key[0]}" = g."{key[0]}" AND {same_key} '
        f"JOIN {table} f ON f.line = g.first_line "
        f"WHERE s.line > g.first_line AND ({different})",
    )


def reject_where(
    stage: Stage, column: str, code: str, condition: str, *, table: str = ROWS
) -> None:
    """Reject the rows (alias `s`) that fulfil a condition."""
    stage.reject(
        column,
        code,
        f'SELECT s.line, s."{column}"::text, NULL::jsonb FROM {table} s WHERE {condition}',
    )


def reject_backwards(stage: Stage, start: str, end: str, code: str, *, table: str = ROWS) -> None:
    """Reject rows whose end lies before their start."""
    reject_where(stage, end, code, f's."{end}" < s."{start}"', table=table)


def reject_moved(stage: Stage, table: str, code: str) -> None:
    """Reject rows whose key the table knows as another customer's: it never changes customers."""
    stage.reject(
        CUSTOMER.column,
        code,
        f"SELECT s.line, s.customer, NULL::jsonb FROM {ROWS} s JOIN {table} t "
        "ON t.tenant_id = %(tenant)s AND t.key = s.key AND t.customer_id <> s.customer_id",
    )


def reject_other_customer(
    stage: Stage, column: str, owner: str, code: str, *, table: str = ROWS
) -> None:
    """Reject rows where what `column` names belongs to a customer (`owner`) that is not the row's."""
    reject_where(
        stage,
        column,
        code,
        f"s.{owner} IS NOT NULL AND s.customer_id IS NOT NULL AND s.{owner} <> s.customer_id",
        table=table,
    )
