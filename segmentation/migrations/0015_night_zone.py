from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("segmentation", "0014_night_scores"),
    ]

    operations = [
        migrations.AddField(
            model_name="night",
            name="zone",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
    ]
