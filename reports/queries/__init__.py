"""What reports and executives read."""
