"""Files loaded into the facts: read, checked in the database, written set by set, taken back."""
