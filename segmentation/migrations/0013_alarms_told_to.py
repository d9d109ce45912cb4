import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("segmentation", "0012_night_alarms"),
    ]

    operations = [
        migrations.AddField(
            model_name="nightalarm",
            name="told_to",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=32), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="nightalarm",
            name="withdrawn_at",
            field=models.DateTimeField(null=True),
        ),
    ]
