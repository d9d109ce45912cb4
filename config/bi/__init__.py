"""A tenant's facts and nights for BI tools: views for a database role of its own, and Parquet files.

``columns`` is what a view is made of, ``registry`` lists them all (``views_…`` by noun), ``statements``
turns one into SQL. ``roles`` and ``fences`` are what PostgreSQL has to be told so that a role reads its
tenant and nothing else; ``access`` gives, renews and takes away, ``migrating`` keeps the views out of the
way of migrations. ``parquet`` writes the same rows as files, ``screen`` tells administrators.
"""
