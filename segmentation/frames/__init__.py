"""The only door between rows and DataFrames.

A night's facts are gathered by :func:`segmentation.frames.gathering.gather` into one temporary table
with a row per customer, inside the transaction of the caller, and read from there in one go.
"""
