"""The tiers of every scheme are kept; strategies may be rewritten; renewals are counted."""

from django.db import migrations, models

import accounts.tenancy
from accounts.tenancy.operations import InstallTenancy


class Migration(migrations.Migration):
    dependencies = [("segmentation", "0006_stage_facts")]

    operations = [
        migrations.AddField("measurerow", "renewals", models.IntegerField(null=True)),
        *(
            migrations.AddField(
                model, name, models.CharField(blank=True, db_default="", max_length=12)
            )
            for model, name in (
                *(("measurerow", f"tier_{scheme}") for scheme in "abc"),
                *(("assignment", f"tier_{scheme}") for scheme in "abc"),
                ("assignment", "facet_value"),
            )
        ),
        migrations.CreateModel(
            name="StrategyText",
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
                ("scheme", models.CharField(max_length=8)),
                ("tier", models.CharField(max_length=30)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("service", "Service"),
                            ("marketing", "Marketing"),
                            ("product", "Product"),
                        ],
                        max_length=10,
                    ),
                ),
                ("language", models.CharField(max_length=10)),
                ("text", models.TextField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "scheme", "tier", "kind", "language"),
                        name="strategy_text_once",
                    )
                ],
            },
        ),
        InstallTenancy("StrategyText"),
    ]
