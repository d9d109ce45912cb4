"""The parts of the REST API that this app answers."""
