"""Who the vendor is, who its customers are and what they bought; tenancy and the facts."""
