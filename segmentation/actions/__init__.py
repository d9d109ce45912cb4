"""The verbs that write: keyword-only, atomic, ``by=``, with the audit record inside."""
