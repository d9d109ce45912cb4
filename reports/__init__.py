"""What customers and executives receive."""
