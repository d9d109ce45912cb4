import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import accounts.tenancy
from accounts.tenancy.operations import InstallTenancy

# What every stored night scored, gathered from the history it stood in. The owner sees every
# tenant's rows while row-level security is not forced.
READ = (
    *("segmentation_night", "segmentation_assignment"),
    *("segmentation_nightscores", "segmentation_measurerow"),
)
LIFT = [f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY" for table in READ]
FORCE = [f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY" for table in READ]
COLUMNS = ("r", "f", "m", "eleven", "class8")
GATHER = (
    "INSERT INTO segmentation_nightscores (tenant_id, as_of, customers, r, f, m, eleven, class8) "
    "SELECT night.tenant_id, night.as_of, array_agg(held.customer_id ORDER BY held.customer_id), "
    + ", ".join(f"array_agg(held.{column} ORDER BY held.customer_id)" for column in COLUMNS)
    + " FROM segmentation_night night JOIN segmentation_assignment held "
    "ON held.tenant_id = night.tenant_id AND held.valid_from <= night.as_of "
    "AND coalesce(held.valid_to > night.as_of, true) "
    "WHERE night.digest <> '' GROUP BY night.tenant_id, night.as_of"
)
# Functions that give sets stand among the columns, not among the tables: so PostgreSQL takes a night
# apart once and joins its rows, and cannot do it again for each row that it joins them to.
VIEW = """
CREATE VIEW segmentation_scored WITH (security_invoker = true) AS
SELECT tenant_id, as_of, unnest(customers) AS customer_id,
       unnest(r) AS r, unnest(f) AS f, unnest(m) AS m,
       unnest(eleven) AS eleven, unnest(class8) AS class8
  FROM segmentation_nightscores
"""
# How many elements arrays have PostgreSQL does not know yet.
BY_HASH, AS_BEFORE = "SET LOCAL enable_nestloop = off", "SET LOCAL enable_nestloop TO DEFAULT"
REPEAT = """
UPDATE segmentation_measurerow AS measured SET r = scored.r, f = scored.f, m = scored.m
  FROM segmentation_scored AS scored
 WHERE scored.tenant_id = measured.tenant_id AND scored.as_of = measured.as_of
   AND scored.customer_id = measured.customer_id
"""
# Keys that begin with the customer are looked up by customer too.
DROP_INDEXES = [
    "DROP INDEX segmentation_assignment_customer_id_ix",
    "DROP INDEX segmentation_measurerow_customer_id_ix",
]


def scores() -> models.Field:
    return django.contrib.postgres.fields.ArrayField(
        base_field=models.PositiveSmallIntegerField(null=True), size=None
    )


def words() -> models.Field:
    return django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)


class Migration(migrations.Migration):
    dependencies = [
        ("segmentation", "0013_alarms_told_to"),
    ]

    operations = [
        migrations.CreateModel(
            name="NightScores",
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
                ("as_of", models.DateField()),
                (
                    "customers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                ("r", scores()),
                ("f", scores()),
                ("m", scores()),
                ("eleven", words()),
                ("class8", words()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant_id", "as_of"), name="night_scores_once")
                ],
            },
        ),
        InstallTenancy("NightScores"),
        *(
            migrations.AddField(
                model_name="measurerow",
                name=name,
                field=models.PositiveSmallIntegerField(null=True),
            )
            for name in ("r", "f", "m")
        ),
        migrations.RunSQL(VIEW, "DROP VIEW segmentation_scored"),
        migrations.RunSQL([*LIFT, BY_HASH, GATHER, REPEAT, AS_BEFORE, *FORCE], migrations.RunSQL.noop),
        *(
            migrations.RemoveField(model_name="assignment", name=name)
            for name in ("r", "f", "m", "segment", "eleven", "class8")
        ),
        migrations.CreateModel(
            name="Scored",
            fields=[
                (
                    "tenant_id",
                    models.BigIntegerField(
                        db_default=accounts.tenancy.CurrentTenant(), editable=False
                    ),
                ),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id",
                        "as_of",
                        "customer",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("as_of", models.DateField()),
                ("r", models.PositiveSmallIntegerField(null=True)),
                ("f", models.PositiveSmallIntegerField(null=True)),
                ("m", models.PositiveSmallIntegerField(null=True)),
                ("eleven", models.CharField(blank=True, max_length=30)),
                ("class8", models.CharField(blank=True, max_length=20)),
                (
                    "customer",
                    accounts.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="scored",
                        to="accounts.customer",
                    ),
                ),
            ],
            options={
                "db_table": "segmentation_scored",
                "managed": False,
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.RemoveConstraint(model_name="measurerow", name="measures_once_per_night"),
        migrations.AddConstraint(
            model_name="measurerow",
            constraint=models.UniqueConstraint(
                fields=("tenant_id", "customer", "as_of"), name="measures_once_per_night"
            ),
        ),
        migrations.RunSQL(DROP_INDEXES, migrations.RunSQL.noop),
    ]
