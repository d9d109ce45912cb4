import django.contrib.postgres.fields
from django.db import migrations, models

import accounts.tenancy
from accounts.tenancy.operations import InstallTenancy

# States are derived: every tenant's next night makes them again.
EMPTY = """
TRUNCATE segmentation_usagefold, segmentation_usagestate, segmentation_usageday
"""
STORAGE = "ALTER TABLE segmentation_usagewindow " + ", ".join(
    f"ALTER COLUMN {column} SET STORAGE EXTERNAL"
    for column in (
        *("customers", "recent_days", "older_days"),
        *("month", "month_before", "weeks"),
    )
)


def numbers() -> models.Field:
    return django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)


class Migration(migrations.Migration):
    dependencies = [
        ("segmentation", "0010_replays"),
    ]

    operations = [
        migrations.RunSQL(EMPTY, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="usagestate",
            name="used_at",
            field=models.DateTimeField(default="2020-01-01T00:00:00Z"),
            preserve_default=False,
        ),
        *(
            migrations.AddField(
                model_name="usagestate",
                name=name,
                field=models.IntegerField(default=0),
                preserve_default=False,
            )
            for name in ("person_count", "active_persons", "person_days")
        ),
        migrations.CreateModel(
            name="UsageWindow",
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
                ("customers", numbers()),
                ("recent_days", numbers()),
                ("older_days", numbers()),
                ("month", numbers()),
                ("month_before", numbers()),
                (
                    "weeks",
                    django.contrib.postgres.fields.ArrayField(base_field=numbers(), size=None),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant_id",), name="usage_window_once")
                ],
            },
        ),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        InstallTenancy("UsageWindow"),
    ]
