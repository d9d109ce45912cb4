import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import accounts.tenancy
from accounts.tenancy.operations import InstallTenancy

MANAGED = {
    "abstract": False,
    "base_manager_name": "objects",
    "default_manager_name": "objects",
}

# What a night reads of usage when it continues from the night before: what was received since, and
# what had been received before it occurred.
INDEXES = """
CREATE INDEX usage_event_received_ix ON usage_event (tenant_id, received_at);
CREATE INDEX usage_event_ahead_ix ON usage_event (tenant_id, occurred_at)
 WHERE occurred_at > received_at;
"""
# Most states change every night; half of each page is left for what they become, so that no index is
# written. Sums of a day are written once and read whole; compressing them costs more than it saves.
STORAGE = """
ALTER TABLE segmentation_usagestate SET (fillfactor = 50);
ALTER TABLE segmentation_usageday ALTER COLUMN customers SET STORAGE EXTERNAL,
                                  ALTER COLUMN events SET STORAGE EXTERNAL;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_contact_search"),
        ("segmentation", "0008_rule_drafts"),
    ]

    operations = [
        migrations.CreateModel(
            name="UsageDay",
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
                ("day", models.DateField()),
                ("known_at", models.DateTimeField()),
                (
                    "customers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
            ],
            options={
                **MANAGED,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "day", "known_at"), name="usage_day_known_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UsageFold",
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
                ("as_of", models.DateField()),
                ("known_at", models.DateTimeField()),
                ("zone", models.CharField(max_length=64)),
            ],
            options={
                **MANAGED,
                "constraints": [
                    models.UniqueConstraint(fields=("tenant_id",), name="usage_fold_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="UsageState",
            fields=[
                (
                    "tenant_id",
                    models.BigIntegerField(
                        db_default=accounts.tenancy.CurrentTenant(), editable=False
                    ),
                ),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id",
                        "customer",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "customer",
                    accounts.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.customer",
                    ),
                ),
                ("as_of", models.DateField()),
                (
                    "persons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                (
                    "last_at",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateTimeField(), size=None
                    ),
                ),
                (
                    "days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), size=None
                    ),
                ),
                (
                    "modules",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                (
                    "used_on",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateField(), size=None
                    ),
                ),
                ("has_modules", models.BooleanField()),
            ],
            options=MANAGED,
        ),
        migrations.RunSQL(
            INDEXES,
            "DROP INDEX usage_event_received_ix; DROP INDEX usage_event_ahead_ix;",
        ),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        InstallTenancy("UsageDay", "UsageFold", "UsageState"),
    ]
