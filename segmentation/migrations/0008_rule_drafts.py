"""Rules that somebody is changing on screen."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import accounts.tenancy
from accounts.tenancy.operations import InstallTenancy


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_contact_search"),
        ("segmentation", "0007_tier_schemes"),
    ]

    operations = [
        migrations.CreateModel(
            name="RuleDraft",
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
                ("rules", models.JSONField()),
                ("revision", models.PositiveIntegerField(default=1)),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "owner",
                    accounts.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rule_drafts",
                        to="accounts.membership",
                    ),
                ),
                (
                    "based_on",
                    accounts.tenancy.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drafts",
                        to="segmentation.ruleset",
                    ),
                ),
            ],
            options={
                "ordering": ["-changed_at"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "owner"), name="rule_draft_one_each"
                    )
                ],
            },
        ),
        InstallTenancy("RuleDraft"),
    ]
