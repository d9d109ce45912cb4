"""Screens of people, access and customers."""
