"""The tenant's working calendar: what it holds, where it starts from, how days are read from a file."""
