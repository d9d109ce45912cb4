"""Pure computation: plans, dates, figures of delivery."""
