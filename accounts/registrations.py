"""What this app contributes to the registries that screens and loads are built from."""
