"""Every tag and filter of the shared components; a builtin, so templates load nothing.

What they are and how to use them: templates/components/README.md.
"""

from django.template import Library

from ui.tags.actions import register as actions
from ui.tags.charts import register as charts
from ui.tags.figures import register as figures
from ui.tags.formats import register as formats
from ui.tags.lists import register as lists
from ui.tags.marks import register as marks
from ui.tags.page import register as page
from ui.tags.states import register as states

register = Library()
for _library in (actions, charts, figures, formats, lists, marks, page, states):
    register.tags.update(_library.tags)
    register.filters.update(_library.filters)
