"""The web process."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from segmentation.ingest_refusals import refusing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = refusing(get_wsgi_application())
# Every view is imported before the first request, not by it.
_ = get_resolver().url_patterns
