from django.apps import AppConfig


class SegmentationConfig(AppConfig):
    name = "segmentation"
    verbose_name = "Segmentation"

    def ready(self) -> None:
        # Both fill the registries.
        from segmentation import ingest_registrations, registrations  # noqa: F401
