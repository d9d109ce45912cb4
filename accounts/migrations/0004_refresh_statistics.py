"""Statistics of tables that were just filled.

Until PostgreSQL has statistics of a table, it guesses which index finds a row; a foreign-key check
may then read every customer of the tenant for every row written. Autovacuum comes too late for
facts that are loaded one file after the other, and ANALYZE is the owner's to run: this function runs
it in the owner's name, on tenant tables that grew by more than a quarter since they were analysed.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION refresh_statistics() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET lock_timeout = '2s'
AS $$
DECLARE
    found record;
    analysed integer := 0;
BEGIN
    FOR found IN
        SELECT c.oid::regclass AS name
          FROM pg_class c
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
           AND pg_relation_size(c.oid) / 8192 > 4 + c.relpages * 1.25
    LOOP
        BEGIN
            EXECUTE format('ANALYZE %s', found.name);
            analysed := analysed + 1;
        EXCEPTION WHEN lock_not_available THEN
            NULL;  -- somebody else analyses it now
        END;
    END LOOP;
    RETURN analysed;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_load_undoing")]

    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION refresh_statistics()")]
