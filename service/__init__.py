"""Working with customers after acceptance: what comes above tiers and moves."""
