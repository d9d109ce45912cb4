"""Stored nights computed again, and who differs."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import accounts.tenancy
from accounts.tenancy.operations import InstallTenancy


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_contact_search"),
        ("segmentation", "0009_usage_states"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Replay",
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
                    "facts",
                    models.CharField(
                        choices=[("then", "As known then"), ("now", "As known now")], max_length=4
                    ),
                ),
                (
                    "rules",
                    models.CharField(
                        choices=[("then", "The rules of then"), ("now", "The rules of now")],
                        default="then",
                        max_length=4,
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed, will be tried again"),
                            ("dead", "Given up"),
                        ],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("claim", models.UUIDField(null=True)),
                ("not_before", models.DateTimeField(null=True)),
                ("queued_at", models.DateTimeField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("seconds", models.FloatField(null=True)),
                ("error", models.CharField(blank=True, max_length=500)),
                ("stored_digest", models.CharField(blank=True, max_length=64)),
                ("stored_known_at", models.DateTimeField(null=True)),
                ("known_at", models.DateTimeField(null=True)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("customers", models.PositiveIntegerField(null=True)),
                ("differing", models.PositiveIntegerField(null=True)),
                ("is_earlier_changed", models.BooleanField(default=False)),
                ("restate_because", models.CharField(blank=True, max_length=500)),
                ("restates_following", models.BooleanField(default=False)),
                ("restated_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "night",
                    accounts.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="replays",
                        to="segmentation.night",
                    ),
                ),
                (
                    "restate_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "rule_set",
                    accounts.tenancy.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="segmentation.ruleset",
                    ),
                ),
                (
                    "stored_rule_set",
                    accounts.tenancy.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="segmentation.ruleset",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                'indexes': [
                    models.Index(fields=["tenant_id", "state"], name="replay_state_ix"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReplayDifference",
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
                ("key", models.CharField(max_length=200)),
                (
                    "presence",
                    models.CharField(
                        choices=[
                            ("both", "In both"),
                            ("added", "Not in the stored night"),
                            ("removed", "Only in the stored night"),
                        ],
                        default="both",
                        max_length=8,
                    ),
                ),
                ("stored", models.JSONField(default=dict)),
                ("computed", models.JSONField(default=dict)),
                (
                    "parts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=12), size=None
                    ),
                ),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=14), size=None
                    ),
                ),
                (
                    "late_facts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=12), default=list, size=None
                    ),
                ),
                ("old_tier", models.CharField(blank=True, max_length=12)),
                ("new_tier", models.CharField(blank=True, max_length=12)),
                ("old_stage", models.CharField(blank=True, max_length=12)),
                ("new_stage", models.CharField(blank=True, max_length=12)),
                (
                    "customer",
                    accounts.tenancy.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.customer",
                    ),
                ),
                (
                    "replay",
                    accounts.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="differences",
                        to="segmentation.replay",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                'constraints': [
                    models.UniqueConstraint(
                        fields=("tenant_id", "replay", "key"), name="replay_difference_once"
                    ),
                ],
            },
        ),
        InstallTenancy("Replay"),
        InstallTenancy("ReplayDifference"),
    ]
