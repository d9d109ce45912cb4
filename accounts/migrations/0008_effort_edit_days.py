import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_cases_and_touchpoints'),
    ]

    operations = [
        migrations.AddField(
            model_name='tenant',
            name='effort_edit_days',
            field=models.PositiveSmallIntegerField(
                default=60, validators=[django.core.validators.MaxValueValidator(3650)]
            ),
        ),
    ]
