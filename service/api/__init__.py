"""The REST API of service, by noun."""
