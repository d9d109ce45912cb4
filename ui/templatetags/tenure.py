"""Every tag and filter of the shared components; a builtin, so templates load nothing.

What they are and how to use them: templates/components/README.md.
"""

from django.template import Library

from ui.tags import actions, charts, figures, formats, lists, marks, page, states

register = Library()
for _module in (actions, charts, figures, formats, lists, marks, page, states):
    register.tags.update(_module.register.tags)
    register.filters.update(_module.register.filters)
