"""What this app contributes to the registries that screens and loads are built from."""

from django.utils.translation import gettext_lazy as _

from accounts.labels import VERBS
from accounts.loads import registry
from segmentation.loads import Usage
from segmentation.measures import register_measures

registry.register(Usage())
register_measures()
VERBS["rules.published"] = _("Rules published")
