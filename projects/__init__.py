"""Implementation projects: delivery inside the statement of work, up to the handover."""
