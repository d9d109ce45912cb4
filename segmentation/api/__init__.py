"""What nights say, for other programs, by noun."""
