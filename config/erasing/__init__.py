"""A person's data erased from a tenant, figures kept.

``identity`` finds who the person is in the tenant's rows and by which words they stand in others;
``texts`` replaces these words wherever text is kept; ``erasing`` does the whole.
"""
