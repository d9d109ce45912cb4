from django.db import migrations, models
from django.db.models import Q

from accounts.tenancy import TenantForeignKey
from accounts.tenancy.operations import InstallTenancy


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0006_handover_days"),
    ]

    operations = [
        migrations.AlterField(
            model_name="plan",
            name="template_version",
            field=TenantForeignKey(
                blank=True,
                null=True,
                on_delete=models.deletion.PROTECT,
                related_name="plans",
                to="projects.plantemplateversion",
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="key",
            field=models.CharField(blank=True, default="", max_length=200, verbose_name="key"),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(
                condition=~Q(key=""), fields=("tenant_id", "project", "key"), name="task_key_once"
            ),
        ),
        migrations.AddField(
            model_name="effort",
            name="task",
            field=TenantForeignKey(
                blank=True,
                null=True,
                on_delete=models.deletion.PROTECT,
                related_name="efforts",
                to="projects.task",
            ),
        ),
        InstallTenancy("Effort"),
    ]
