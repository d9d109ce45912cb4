from django.db import migrations, models

import accounts.tenancy
from accounts.tenancy.operations import InstallTenancy


class Migration(migrations.Migration):
    dependencies = [
        ("segmentation", "0016_ingestion"),
    ]

    operations = [
        migrations.CreateModel(
            name="EventSeen",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "tenant_id",
                    models.BigIntegerField(
                        db_default=accounts.tenancy.CurrentTenant(), editable=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("any", "Any"),
                            ("track", "Event"),
                            ("page", "Page"),
                            ("screen", "Screen"),
                        ],
                        max_length=6,
                    ),
                ),
                ("event", models.CharField(max_length=200)),
                ("last_at", models.DateTimeField()),
                ("properties", models.JSONField(default=dict)),
            ],
            options={
                "ordering": ["-last_at", "event"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["tenant_id", "-last_at"], name="event_seen_last_ix")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "kind", "event"), name="event_seen_once"
                    )
                ],
            },
        ),
        InstallTenancy("EventSeen"),
    ]
