from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0016_webhooks'),
    ]

    operations = [
        migrations.AddField(
            model_name='apianswer',
            name='record',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='apianswer',
            name='view',
            field=models.CharField(blank=True, db_default='', default='', max_length=64),
        ),
    ]
