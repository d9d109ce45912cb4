"""The verbs that write reports and their figures."""
