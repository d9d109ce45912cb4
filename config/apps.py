from importlib import import_module

from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Platform"

    def ready(self) -> None:
        # Tasks find their application through it.
        from accounts.settings_pages import settings_pages
        from config.bi.migrating import follow_migrations
        from config.celery import app
        from config.first_hints import register_hints

        import_module("config.notes")
        settings_pages["bi_access"] = gettext_lazy("BI access")
        app.set_default()
        register_hints()
        follow_migrations(apps.get_app_config("accounts"))
