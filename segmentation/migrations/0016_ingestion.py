import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import accounts.tenancy
from accounts.tenancy.operations import InstallTenancy


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0016_webhooks"),
        ("segmentation", "0015_night_zone"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EventRule",
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
                ("position", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("any", "Any"),
                            ("track", "Event"),
                            ("page", "Page"),
                            ("screen", "Screen"),
                        ],
                        default="any",
                        max_length=6,
                        verbose_name="kind",
                    ),
                ),
                ("pattern", models.CharField(default="*", max_length=200, verbose_name="name")),
                (
                    "property_path",
                    models.CharField(blank=True, max_length=200, verbose_name="property"),
                ),
                (
                    "property_value",
                    models.CharField(blank=True, max_length=200, verbose_name="value"),
                ),
                ("module", models.CharField(blank=True, max_length=200, verbose_name="module")),
                ("is_ignored", models.BooleanField(default=False, verbose_name="not taken")),
            ],
            options={
                "ordering": ["position"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "position"), name="event_rule_place_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_ignored", True), ("module", "")),
                            models.Q(
                                ("is_ignored", False), models.Q(("module", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="event_rule_says_one_thing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IngestSettings",
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
                    "create_customers",
                    models.BooleanField(default=True, verbose_name="make customers"),
                ),
                (
                    "update_customers",
                    models.BooleanField(default=True, verbose_name="change customers"),
                ),
                (
                    "create_contacts",
                    models.BooleanField(default=True, verbose_name="make contacts"),
                ),
                (
                    "update_contacts",
                    models.BooleanField(default=True, verbose_name="change contacts"),
                ),
                (
                    "events_per_second",
                    models.PositiveIntegerField(
                        default=5000,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000),
                        ],
                        verbose_name="events per second",
                    ),
                ),
                (
                    "dead_letters_kept_days",
                    models.PositiveSmallIntegerField(
                        default=90,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(3650),
                        ],
                        verbose_name="days that dead letters are kept",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant_id",), name="ingest_settings_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonAlias",
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
                ("previous", models.CharField(max_length=254)),
                ("person", models.CharField(max_length=254)),
                ("since", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["tenant_id", "person"], name="person_alias_person_ix")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "previous"), name="person_alias_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("previous", models.F("person")), _negated=True),
                        name="person_alias_of_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonGroup",
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
                ("person", models.CharField(max_length=254)),
                ("group_key", models.CharField(blank=True, max_length=200)),
                ("since", models.DateTimeField(null=True)),
                ("traits", models.JSONField(blank=True, default=dict)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["tenant_id", "group_key"], name="person_group_key_ix")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "person"), name="person_group_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WriteKey",
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
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="source")),
                ("secret_hash", models.CharField(max_length=64)),
                (
                    "events_per_second",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000),
                        ],
                        verbose_name="events per second",
                    ),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-made_at", "-id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                'constraints': [
                    models.UniqueConstraint(
                        fields=("tenant_id", "secret_hash"), name="write_key_secret_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IngestInbox",
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
                ("call", models.CharField(max_length=10)),
                ("body", models.BinaryField()),
                ("received_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("not_before", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("dead", "Given up")],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                ("error", models.CharField(blank=True, max_length=200)),
                (
                    "key",
                    accounts.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="segmentation.writekey",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                'indexes': [
                    models.Index(
                        fields=["tenant_id", "state", "not_before"], name="ingest_inbox_due_ix"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IngestCount",
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
                ("minute", models.DateTimeField()),
                ("slot", models.PositiveSmallIntegerField()),
                ("accepted", models.PositiveIntegerField(default=0)),
                ("duplicates", models.PositiveIntegerField(default=0)),
                ("ignored", models.PositiveIntegerField(default=0)),
                ("dead", models.PositiveIntegerField(default=0)),
                ("held", models.PositiveIntegerField(default=0)),
                (
                    "key",
                    accounts.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="counts",
                        to="segmentation.writekey",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                'indexes': [
                    models.Index(fields=["tenant_id", "minute"], name="ingest_count_minute_ix"),
                ],
                'constraints': [
                    models.UniqueConstraint(
                        fields=("tenant_id", "key", "minute", "slot"), name="ingest_count_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HeldEvent",
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
                        choices=[("event", "Event"), ("identify", "Identification")],
                        default="event",
                        max_length=8,
                    ),
                ),
                ("group_key", models.CharField(max_length=200)),
                ("message_id", models.CharField(max_length=200)),
                ("person", models.CharField(blank=True, max_length=254)),
                ("event", models.CharField(blank=True, max_length=200)),
                ("module", models.CharField(blank=True, max_length=200)),
                ("occurred_at", models.DateTimeField()),
                ("count", models.PositiveIntegerField(default=1)),
                ("received_at", models.DateTimeField()),
                ("body", models.TextField()),
                (
                    "key",
                    accounts.tenancy.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="segmentation.writekey",
                    ),
                ),
            ],
            options={
                "ordering": ["-received_at", "-id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                'indexes': [
                    models.Index(fields=["tenant_id", "group_key"], name="held_event_group_ix"),
                ],
                'constraints': [
                    models.UniqueConstraint(
                        fields=("tenant_id", "message_id"), name="held_event_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeadLetter",
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
                ("received_at", models.DateTimeField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("not_an_object", "It is not a JSON object"),
                            ("too_large", "It is larger than 32 KB"),
                            ("unknown_type", "Its type is not known"),
                            ("no_event", "It names no event"),
                            ("no_person", "It names neither a user nor an anonymous one"),
                            ("no_group", "It names no group"),
                            ("no_previous", "It names no previous user"),
                            ("no_customer", "Neither it nor its user names a customer"),
                            ("bad_time", "Its time cannot be read"),
                            ("time_out_of_range", "Its time is too far away"),
                            ("bad_value", "A value cannot be read"),
                            ("too_long", "A value is too long"),
                            ("not_saved", "The database refused it"),
                        ],
                        max_length=20,
                    ),
                ),
                ("detail", models.CharField(blank=True, max_length=300)),
                ("message_id", models.CharField(max_length=200)),
                ("kind", models.CharField(blank=True, max_length=20)),
                ("event", models.CharField(blank=True, max_length=200)),
                ("body", models.TextField()),
                ("sent_at", models.CharField(blank=True, max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("replayed", "Sent again"),
                            ("discarded", "Discarded"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "key",
                    accounts.tenancy.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dead_letters",
                        to="segmentation.writekey",
                    ),
                ),
            ],
            options={
                "ordering": ["-received_at", "-id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                'indexes': [
                    models.Index(
                        fields=["tenant_id", "state", "-received_at"], name="dead_letter_state_ix"
                    ),
                ],
                'constraints': [
                    models.UniqueConstraint(
                        fields=("tenant_id", "message_id"), name="dead_letter_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomerAlias",
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
                ("key", models.CharField(max_length=200, verbose_name="key")),
                ("is_ignored", models.BooleanField(default=False, verbose_name="not taken")),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "customer",
                    accounts.tenancy.TenantForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ingest_aliases",
                        to="accounts.customer",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["key"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "key"), name="customer_alias_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("customer", None), ("is_ignored", True)),
                            models.Q(("is_ignored", False), ("customer__isnull", False)),
                            _connector="OR",
                        ),
                        name="customer_alias_says_one_thing",
                    ),
                ],
            },
        ),
        InstallTenancy(
            "EventRule",
            "IngestSettings",
            "PersonAlias",
            "PersonGroup",
            "WriteKey",
            "IngestInbox",
            "IngestCount",
            "HeldEvent",
            "DeadLetter",
            "CustomerAlias",
        ),
    ]
