import accounts.models.tenants
import accounts.tenancy
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from accounts.tenancy.operations import InstallTenancy


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Colleague",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "tenant_id",
                    models.BigIntegerField(
                        db_default=accounts.tenancy.CurrentTenant(), editable=False
                    ),
                ),
                ("key", models.CharField(max_length=254)),
                ("name", models.CharField(max_length=254, verbose_name="name")),
            ],
            options={
                "ordering": ["name"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="last login"
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        max_length=254, unique=True, verbose_name="e-mail"
                    ),
                ),
                (
                    "name",
                    models.CharField(blank=True, max_length=200, verbose_name="name"),
                ),
                (
                    "language",
                    models.CharField(
                        blank=True, max_length=10, verbose_name="language"
                    ),
                ),
                (
                    "timezone",
                    models.CharField(
                        blank=True,
                        max_length=64,
                        validators=[accounts.models.tenants.validate_timezone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "theme",
                    models.CharField(
                        choices=[
                            ("system", "As the device"),
                            ("light", "Light"),
                            ("dark", "Dark"),
                        ],
                        default="system",
                        max_length=6,
                        verbose_name="appearance",
                    ),
                ),
                ("dismissed_hints", models.JSONField(blank=True, default=list)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "date_joined",
                    models.DateTimeField(default=django.utils.timezone.now),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("email", django.db.models.functions.text.Lower("email"))
                        ),
                        name="user_email_lower",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Customer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "tenant_id",
                    models.BigIntegerField(
                        db_default=accounts.tenancy.CurrentTenant(), editable=False
                    ),
                ),
                ("key", models.CharField(max_length=200, verbose_name="key")),
                ("name", models.CharField(max_length=300, verbose_name="name")),
                (
                    "industry",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="industry"
                    ),
                ),
                (
                    "size",
                    models.CharField(blank=True, max_length=100, verbose_name="size"),
                ),
                (
                    "region",
                    models.CharField(blank=True, max_length=200, verbose_name="region"),
                ),
                (
                    "currency",
                    models.CharField(blank=True, max_length=3, verbose_name="currency"),
                ),
                ("attributes", models.JSONField(blank=True, default=dict)),
                (
                    "search_text",
                    models.CharField(blank=True, editable=False, max_length=510),
                ),
                ("known_from", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "parent",
                    accounts.tenancy.TenantForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subsidiaries",
                        to="accounts.customer",
                    ),
                ),
                (
                    "project_manager",
                    accounts.tenancy.TenantForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.colleague",
                    ),
                ),
                (
                    "salesperson",
                    accounts.tenancy.TenantForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.colleague",
                    ),
                ),
                (
                    "service_manager",
                    accounts.tenancy.TenantForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.colleague",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                'indexes': [
                    models.Index(fields=["tenant_id", "name"], name="customer_name_ix"),
                ],
                'constraints': [
                    models.UniqueConstraint(
                        fields=("tenant_id", "key"), name="customer_key_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("parent", models.F("id")), _negated=True),
                        name="customer_not_own_parent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Contract",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "tenant_id",
                    models.BigIntegerField(
                        db_default=accounts.tenancy.CurrentTenant(), editable=False
                    ),
                ),
                ("key", models.CharField(max_length=200, verbose_name="key")),
                (
                    "currency",
                    models.CharField(blank=True, max_length=3, verbose_name="currency"),
                ),
                ("attributes", models.JSONField(blank=True, default=dict)),
                ("known_from", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "renewal_of",
                    accounts.tenancy.TenantForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renewals",
                        to="accounts.contract",
                    ),
                ),
                (
                    "customer",
                    accounts.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contracts",
                        to="accounts.customer",
                    ),
                ),
            ],
            options={
                "ordering": ["key"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                'constraints': [
                    models.UniqueConstraint(
                        fields=("tenant_id", "key"), name="contract_key_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("renewal_of", models.F("id")), _negated=True),
                        name="contract_not_own_renewal",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "tenant_id",
                    models.BigIntegerField(
                        db_default=accounts.tenancy.CurrentTenant(), editable=False
                    ),
                ),
                ("key", models.CharField(max_length=200, verbose_name="key")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "email",
                    models.CharField(blank=True, max_length=254, verbose_name="e-mail"),
                ),
                (
                    "phone",
                    models.CharField(blank=True, max_length=60, verbose_name="phone"),
                ),
                (
                    "title",
                    models.CharField(blank=True, max_length=200, verbose_name="title"),
                ),
                ("attributes", models.JSONField(blank=True, default=dict)),
                ("known_from", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "customer",
                    accounts.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contacts",
                        to="accounts.customer",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                'constraints': [
                    models.UniqueConstraint(
                        fields=("tenant_id", "customer", "key"), name="contact_key_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DirectoryEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("slug", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=200)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="directory",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
                'constraints': [
                    models.UniqueConstraint(
                        fields=("user", "slug"), name="directory_once_per_tenant"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Load",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "tenant_id",
                    models.BigIntegerField(
                        db_default=accounts.tenancy.CurrentTenant(), editable=False
                    ),
                ),
                ("kind", models.CharField(max_length=30)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("uploaded", "Uploaded"),
                            ("checking", "Checking"),
                            ("checked", "Checked"),
                            ("queued", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("refused", "Refused"),
                            ("dead", "Given up"),
                            ("undone", "Undone"),
                        ],
                        default="uploaded",
                        max_length=10,
                    ),
                ),
                ("filename", models.CharField(blank=True, max_length=300)),
                ("size_bytes", models.BigIntegerField(default=0)),
                ("options", models.JSONField(default=dict)),
                ("preview", models.JSONField(null=True)),
                ("read", models.BigIntegerField(default=0)),
                ("created", models.BigIntegerField(default=0)),
                ("updated", models.BigIntegerField(default=0)),
                ("unchanged", models.BigIntegerField(default=0)),
                ("rejected", models.BigIntegerField(default=0)),
                ("errors", models.JSONField(default=list)),
                ("notes", models.JSONField(default=dict)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                'indexes': [
                    models.Index(fields=["tenant_id", "state"], name="load_state_ix"),
                ],
            },
        ),
        migrations.CreateModel(
            name="LoadMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "tenant_id",
                    models.BigIntegerField(
                        db_default=accounts.tenancy.CurrentTenant(), editable=False
                    ),
                ),
                ("kind", models.CharField(max_length=30)),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("mapping", models.JSONField(default=dict)),
                ("dates", models.CharField(blank=True, max_length=3)),
            ],
            options={
                "ordering": ["name"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "kind", "name"), name="load_mapping_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LoadPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "tenant_id",
                    models.BigIntegerField(
                        db_default=accounts.tenancy.CurrentTenant(), editable=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("data", models.BinaryField()),
                (
                    "load",
                    accounts.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="accounts.load",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                'constraints': [
                    models.UniqueConstraint(
                        fields=("tenant_id", "load", "number"), name="load_part_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "tenant_id",
                    models.BigIntegerField(
                        db_default=accounts.tenancy.CurrentTenant(), editable=False
                    ),
                ),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("project_manager", "Project manager"),
                                ("service_manager", "Customer-service manager"),
                                ("executive", "Executive"),
                                ("admin", "Administrator"),
                                ("team_member", "Team member"),
                                ("product_manager", "Product manager"),
                            ],
                            max_length=20,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "leads_team",
                    models.BooleanField(default=False, verbose_name="leads the team"),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="colleague",
            name="membership",
            field=accounts.tenancy.TenantForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="colleagues",
                to="accounts.membership",
            ),
        ),
        migrations.CreateModel(
            name="Module",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "tenant_id",
                    models.BigIntegerField(
                        db_default=accounts.tenancy.CurrentTenant(), editable=False
                    ),
                ),
                ("key", models.CharField(max_length=200, verbose_name="key")),
                ("name", models.CharField(max_length=300, verbose_name="name")),
                ("known_from", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["name"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "key"), name="module_key_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ContractLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
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
                            ("subscription", "Subscription"),
                            ("one_off", "One-off"),
                        ],
                        default="subscription",
                        max_length=12,
                    ),
                ),
                ("signed_on", models.DateField()),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                (
                    "annual_fee",
                    models.DecimalField(decimal_places=4, default=0, max_digits=18),
                ),
                (
                    "amount",
                    models.DecimalField(decimal_places=4, default=0, max_digits=18),
                ),
                ("seats", models.PositiveIntegerField(blank=True, null=True)),
                ("is_trial", models.BooleanField(default=False)),
                ("attributes", models.JSONField(blank=True, default=dict)),
                ("known_from", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "contract",
                    accounts.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="accounts.contract",
                    ),
                ),
                (
                    "module",
                    accounts.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="accounts.module",
                    ),
                ),
            ],
            options={
                "ordering": ["starts_on"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                'constraints': [
                    models.UniqueConstraint(
                        fields=("tenant_id", "contract", "module", "starts_on"),
                        name="contract_line_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="contract_line_dates",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("annual_fee__gte", 0), ("amount__gte", 0)),
                        name="contract_line_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "tenant_id",
                    models.BigIntegerField(
                        db_default=accounts.tenancy.CurrentTenant(), editable=False
                    ),
                ),
                ("key", models.CharField(max_length=200, verbose_name="key")),
                ("paid_on", models.DateField()),
                ("amount", models.DecimalField(decimal_places=4, max_digits=18)),
                ("attributes", models.JSONField(blank=True, default=dict)),
                ("known_from", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "contract",
                    accounts.tenancy.TenantForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="accounts.contract",
                    ),
                ),
                (
                    "customer",
                    accounts.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="accounts.customer",
                    ),
                ),
                (
                    "module",
                    accounts.tenancy.TenantForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="accounts.module",
                    ),
                ),
            ],
            options={
                "ordering": ["-paid_on"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                'indexes': [
                    models.Index(
                        fields=["tenant_id", "customer", "paid_on"],
                        name="payment_customer_day_ix",
                    ),
                ],
                'constraints': [
                    models.UniqueConstraint(
                        fields=("tenant_id", "key"), name="payment_key_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Instalment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "tenant_id",
                    models.BigIntegerField(
                        db_default=accounts.tenancy.CurrentTenant(), editable=False
                    ),
                ),
                ("due_on", models.DateField()),
                ("amount", models.DecimalField(decimal_places=4, max_digits=18)),
                ("attributes", models.JSONField(blank=True, default=dict)),
                ("known_from", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "contract",
                    accounts.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="instalments",
                        to="accounts.contract",
                    ),
                ),
                (
                    "paid_by",
                    accounts.tenancy.TenantForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="instalments",
                        to="accounts.payment",
                    ),
                ),
            ],
            options={
                "ordering": ["due_on"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                'constraints': [
                    models.UniqueConstraint(
                        fields=("tenant_id", "contract", "due_on"), name="instalment_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Responsibility",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "tenant_id",
                    models.BigIntegerField(
                        db_default=accounts.tenancy.CurrentTenant(), editable=False
                    ),
                ),
                (
                    "capacity",
                    models.CharField(
                        choices=[
                            ("salesperson", "Salesperson"),
                            ("project_manager", "Project manager"),
                            ("service_manager", "Customer-service manager"),
                        ],
                        max_length=20,
                    ),
                ),
                ("from_on", models.DateField()),
                ("to_on", models.DateField(blank=True, null=True)),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("prospect", "Prospect: the named salesperson"),
                            ("project", "A project runs and none is accepted yet"),
                            ("accepted", "After the first accepted handover"),
                            ("contract", "Contracts and no project"),
                            ("assigned", "Another person was named"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "colleague",
                    accounts.tenancy.TenantForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="responsibilities",
                        to="accounts.colleague",
                    ),
                ),
                (
                    "customer",
                    accounts.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="responsibilities",
                        to="accounts.customer",
                    ),
                ),
            ],
            options={
                "ordering": ["-from_on"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                'indexes': [
                    models.Index(
                        condition=models.Q(("to_on__isnull", True)),
                        fields=["tenant_id", "colleague"],
                        name="responsibility_today_ix",
                    ),
                ],
                'constraints': [
                    models.UniqueConstraint(
                        condition=models.Q(("to_on__isnull", True)),
                        fields=("tenant_id", "customer"),
                        name="responsibility_one_face",
                    ),
                    models.UniqueConstraint(
                        fields=("tenant_id", "customer", "from_on"),
                        name="responsibility_starts_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("to_on__isnull", True),
                            ("to_on__gt", models.F("from_on")),
                            _connector="OR",
                        ),
                        name="responsibility_dates",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RowVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "tenant_id",
                    models.BigIntegerField(
                        db_default=accounts.tenancy.CurrentTenant(), editable=False
                    ),
                ),
                ("table", models.CharField(max_length=60)),
                ("row_id", models.BigIntegerField(null=True)),
                ("before", models.JSONField(null=True)),
                ("known_from", models.DateTimeField(null=True)),
                ("known_to", models.DateTimeField()),
                (
                    "load",
                    accounts.tenancy.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="accounts.load",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                'indexes': [
                    models.Index(
                        fields=["tenant_id", "table", "known_to"], name="row_version_known_ix"
                    ),
                    models.Index(
                        fields=["tenant_id", "table", "row_id"], name="row_version_row_ix"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "tenant_id",
                    models.BigIntegerField(
                        db_default=accounts.tenancy.CurrentTenant(), editable=False
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
            ],
            options={
                "ordering": ["name"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "name"), name="team_name_once"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="membership",
            name="team",
            field=accounts.tenancy.TenantForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="members",
                to="accounts.team",
            ),
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "tenant_id",
                    models.BigIntegerField(
                        db_default=accounts.tenancy.CurrentTenant(), editable=False
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                (
                    "name",
                    models.CharField(blank=True, max_length=200, verbose_name="name"),
                ),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("project_manager", "Project manager"),
                                ("service_manager", "Customer-service manager"),
                                ("executive", "Executive"),
                                ("admin", "Administrator"),
                                ("team_member", "Team member"),
                                ("product_manager", "Product manager"),
                            ],
                            max_length=20,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                ("secret_hash", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "invited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    accounts.tenancy.TenantForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.team",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                'constraints': [
                    models.UniqueConstraint(
                        fields=("tenant_id", "secret_hash"), name="invitation_secret"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tenant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "slug",
                    models.CharField(
                        max_length=40,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
                                "Use small letters, digits and hyphens.",
                            )
                        ],
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                (
                    "timezone",
                    models.CharField(
                        default="Asia/Shanghai",
                        max_length=64,
                        validators=[accounts.models.tenants.validate_timezone],
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        default="CNY",
                        max_length=3,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z]{3}$", "Use a three-letter currency code."
                            )
                        ],
                    ),
                ),
                (
                    "night_hour",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[django.core.validators.MaxValueValidator(23)],
                    ),
                ),
                (
                    "gross_margin",
                    models.DecimalField(
                        decimal_places=4,
                        default=Decimal("1"),
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("1")),
                        ],
                    ),
                ),
                ("is_demo", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("night_hour__lte", 23)),
                        name="tenant_night_hour",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="VisibilityRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "tenant_id",
                    models.BigIntegerField(
                        db_default=accounts.tenancy.CurrentTenant(), editable=False
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("project_manager", "Project manager"),
                            ("service_manager", "Customer-service manager"),
                            ("executive", "Executive"),
                            ("admin", "Administrator"),
                            ("team_member", "Team member"),
                            ("product_manager", "Product manager"),
                        ],
                        max_length=20,
                    ),
                ),
                ("record", models.CharField(default="customers", max_length=20)),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("mine", "Mine"),
                            ("team", "My team's"),
                            ("all", "All"),
                        ],
                        default="all",
                        max_length=4,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "role", "record"),
                        name="visibility_once_per_role",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "tenant_id",
                    models.BigIntegerField(
                        db_default=accounts.tenancy.CurrentTenant(), editable=False
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("actor_label", models.CharField(blank=True, max_length=254)),
                ("verb", models.CharField(max_length=60)),
                ("object_type", models.CharField(blank=True, max_length=60)),
                ("object_id", models.BigIntegerField(null=True)),
                ("object_label", models.CharField(blank=True, max_length=300)),
                ("data", models.JSONField(default=dict)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["tenant_id", "-at"], name="audit_at_ix"),
                    models.Index(
                        fields=["tenant_id", "object_type", "object_id"],
                        name="audit_object_ix",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactRole",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "tenant_id",
                    models.BigIntegerField(
                        db_default=accounts.tenancy.CurrentTenant(), editable=False
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("decision_maker", "Decision maker"),
                            ("key_user", "Key user"),
                            ("end_user", "End user"),
                        ],
                        max_length=20,
                    ),
                ),
                ("from_on", models.DateField(blank=True, null=True)),
                ("to_on", models.DateField(blank=True, null=True)),
                ("known_from", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "contact",
                    accounts.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="roles",
                        to="accounts.contact",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "contact", "role", "from_on"),
                        name="contact_role_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("to_on__isnull", True),
                            ("from_on__isnull", True),
                            ("to_on__gte", models.F("from_on")),
                            _connector="OR",
                        ),
                        name="contact_role_dates",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="colleague",
            constraint=models.UniqueConstraint(
                fields=("tenant_id", "key"), name="colleague_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                fields=("tenant_id", "user"), name="membership_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                condition=models.Q(("leads_team", True)),
                fields=("tenant_id", "team"),
                name="team_one_lead",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("leads_team", False), ("team__isnull", False), _connector="OR"
                ),
                name="membership_lead_has_team",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "roles__contained_by",
                        [
                            "project_manager",
                            "service_manager",
                            "executive",
                            "admin",
                            "team_member",
                            "product_manager",
                        ],
                    )
                ),
                name="membership_known_roles",
            ),
        ),
        InstallTenancy(
            "Team",
            "Membership",
            "VisibilityRule",
            "Colleague",
            "Invitation",
            "Customer",
            "Contact",
            "ContactRole",
            "Module",
            "Contract",
            "ContractLine",
            "Payment",
            "Instalment",
            "Responsibility",
            "AuditRecord",
            "Load",
            "RowVersion",
            "LoadPart",
            "LoadMapping",
        ),
    ]
