"""The only door between rows and DataFrames."""
