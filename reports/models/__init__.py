"""What reports are: figures of a period, and what is made of them."""

from reports.models.figures import FigureCheck, FigureSet, Restatement

__all__ = ["FigureCheck", "FigureSet", "Restatement"]
