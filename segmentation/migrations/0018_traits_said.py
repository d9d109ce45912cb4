import django.utils.timezone
from django.db import migrations, models

import accounts.tenancy
from accounts.tenancy.operations import InstallTenancy


class Migration(migrations.Migration):
    dependencies = [
        ("segmentation", "0017_events_seen"),
    ]

    operations = [
        migrations.CreateModel(
            name="TraitsSaid",
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
                ("what", models.CharField(max_length=64)),
                ("said", models.JSONField(default=dict)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                'indexes': [
                    models.Index(fields=["tenant_id", "at"], name="traits_said_at_ix"),
                ],
                'constraints': [
                    models.UniqueConstraint(
                        fields=("tenant_id", "what"), name="traits_said_once"
                    ),
                ],
            },
        ),
        migrations.RemoveIndex(
            model_name="heldevent",
            name="held_event_group_ix",
        ),
        migrations.AddIndex(
            model_name="heldevent",
            index=models.Index(
                fields=["tenant_id", "group_key", "received_at"], name="held_event_latest_ix"
            ),
        ),
        InstallTenancy("TraitsSaid"),
    ]
