"""What this app contributes to the registries that screens and loads are built from."""

from segmentation.measures import register_measures

register_measures()
