"""Making the stored documents of reports."""
