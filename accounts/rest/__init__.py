"""What every part of the REST API shares: tokens, problems, pages, answers said again.

Apps have their own ``api`` modules, whose views derive from :class:`accounts.rest.base.ApiView`.
"""
