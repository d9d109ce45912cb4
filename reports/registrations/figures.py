"""The figures that reports are made of."""

from reports import figure_kinds  # noqa: F401 - registering is what imports do
