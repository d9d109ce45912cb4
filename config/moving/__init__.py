"""A whole tenant as files, and files as a tenant.

``decisions`` says what of each table goes along, ``tables`` lists the tables with their columns,
``exporting`` writes, ``manifest`` and ``reading`` read and check, ``importing`` brings in, ``people``
finds the persons' rows that global users stand in.
"""
