from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0006_letters_tried_again")]

    operations = [
        migrations.AddIndex(
            model_name="report",
            index=models.Index(
                fields=["tenant_id", "-last_day", "-period", "id"], name="report_listed_ix"
            ),
        ),
    ]
