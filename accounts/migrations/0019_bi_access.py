import accounts.models.bi
import accounts.tenancy
import django.utils.timezone
from django.db import migrations, models

from accounts.tenancy.operations import InstallTenancy


class Migration(migrations.Migration):
    dependencies = [("accounts", "0018_load_sources")]

    operations = [
        migrations.CreateModel(
            name="BiAccess",
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
                ("role", models.CharField(max_length=63)),
                ("with_persons", models.BooleanField(default=False)),
                ("salt", models.CharField(default=accounts.models.bi.new_salt, max_length=64)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("password_made_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant_id",), name="bi_access_once"),
                ],
            },
        ),
        InstallTenancy("BiAccess"),
    ]
