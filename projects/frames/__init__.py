"""The only door between rows and frames."""
