import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import accounts.tenancy
from accounts.tenancy.operations import InstallTenancy


class Migration(migrations.Migration):
    dependencies = [
        ("segmentation", "0011_usage_windows"),
    ]

    operations = [
        migrations.AddField(
            model_name="night",
            name="created_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.CreateModel(
            name="NightAlarm",
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
                        choices=[("given_up", "Given up"), ("late", "Late")], max_length=8
                    ),
                ),
                ("raised_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("told_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("not_before", models.DateTimeField(null=True)),
                (
                    "night",
                    accounts.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alarms",
                        to="segmentation.night",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "night", "kind"), name="night_alarm_once_per_kind"
                    )
                ],
            },
        ),
        InstallTenancy("NightAlarm"),
    ]
