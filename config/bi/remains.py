"""What PostgreSQL gives to every role and only a superuser can take away."""

from __future__ import annotations

from config.bi.roles import ask

# Right → how it is asked for.
ASKED = {
    "temporary": "SELECT has_database_privilege(%s, current_database(), 'TEMPORARY')",
    "create": "SELECT has_schema_privilege(%s, 'public', 'CREATE')",
    "locks": "SELECT has_function_privilege(%s, 'pg_advisory_lock(bigint)', 'EXECUTE')",
    "large_objects": "SELECT has_function_privilege(%s, 'lo_create(oid)', 'EXECUTE')",
}
WORDS = {
    "temporary": "The role may make temporary tables: the owner of the database has to revoke "
    "TEMPORARY from PUBLIC.",
    "create": "The role may make tables in the schema public: its owner has to revoke CREATE from "
    "PUBLIC.",
    "locks": "The role may take advisory locks, and so hold up nights and loads. A superuser can take "
    "that away: see docs/guide/bi.md.",
    "large_objects": "The role may fill the disk with large objects. A superuser can take that away: "
    "see docs/guide/bi.md.",
}


def what_remains(role: str) -> list[str]:
    """Keys of WORDS."""
    found = []
    for fault, question in ASKED.items():
        ((has,),) = ask(question, role)
        if has:
            found.append(fault)
    return found
