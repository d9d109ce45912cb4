import accounts.tenancy
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from accounts.tenancy.operations import InstallTenancy


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Project",
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
                ("starts_on", models.DateField(verbose_name="starts on")),
                ("due_on", models.DateField(verbose_name="due on")),
                (
                    "accepted_on",
                    models.DateField(blank=True, null=True, verbose_name="accepted on"),
                ),
                (
                    "template",
                    models.CharField(
                        blank=True, max_length=100, verbose_name="template"
                    ),
                ),
                ("attributes", models.JSONField(blank=True, default=dict)),
                ("known_from", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "customer",
                    accounts.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="projects",
                        to="accounts.customer",
                    ),
                ),
                (
                    "manager",
                    accounts.tenancy.TenantForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="projects",
                        to="accounts.colleague",
                    ),
                ),
            ],
            options={
                "ordering": ["due_on"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "key"), name="project_key_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_on__gte", models.F("starts_on"))),
                        name="project_due_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("accepted_on__isnull", True),
                            ("accepted_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="project_accepted_after_start",
                    ),
                ],
            },
        ),
        InstallTenancy(
            "Project",
        ),
    ]
