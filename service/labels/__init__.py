"""Words for what the audit records of service: one module per noun."""
