"""Forms of projects and their plans."""
