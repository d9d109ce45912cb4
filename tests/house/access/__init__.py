"""Who may do what, URL by URL."""
