"""What service keeps: one module per noun."""
