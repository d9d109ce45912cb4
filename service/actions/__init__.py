"""The verbs that write, by noun."""
