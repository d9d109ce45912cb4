"""What this app contributes to the registries that screens and loads are built from."""

from accounts.loads import registry
from segmentation.loads import Usage
from segmentation.measures import register_measures

registry.register(Usage())
register_measures()
