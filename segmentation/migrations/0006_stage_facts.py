"""What stages are read from is kept with the measures."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("segmentation", "0005_customer_groups")]

    operations = [
        *(
            migrations.AddField("measurerow", name, models.BooleanField(null=True))
            for name in (
                "contract_signed",
                "contract_active",
                "contract_to_start",
                "project_running",
                "renewed",
            )
        ),
        *(
            migrations.AddField("measurerow", name, models.IntegerField(null=True))
            for name in ("accepted_days", "contract_days")
        ),
    ]
