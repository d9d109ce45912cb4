"""Forms of cases."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Case, Colleague, Contact, Customer, Department, Membership, Module
from projects.models import Project
from projects.queries.portfolio import visible_projects
from service.actions.cases import LONGEST_TEXT, LONGEST_TITLE
from service.models import CaseWork
from service.queries.cases import Only
from ui.choices import offer

MOST_OFFERED = 300
ANY = ("", gettext_lazy("Any"))
# Of the list: what it shows unless asked otherwise.
UNDONE = "undone"


def area(rows: int = 4, **attributes: str) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **attributes})


class CaseFilter(forms.Form):
    """What was not understood filters nothing."""

    q = forms.CharField(
        label=gettext_lazy("Customer or case"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[
            ("", pgettext_lazy("cases", "Not solved")),
            *CaseWork.State.choices,
            ("all", gettext_lazy("All")),
        ],
    )
    priority = forms.ChoiceField(
        label=gettext_lazy("Priority"), required=False, choices=[ANY, *Case.Priority.choices]
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=[ANY, *Case.Kind.choices]
    )
    only = forms.ChoiceField(
        label=gettext_lazy("Only"), required=False, choices=[ANY, *Only.choices]
    )


def contacts_of(customer: Customer, named: Contact | None = None) -> list[tuple[str, str]]:
    contacts = list(Contact.objects.filter(customer=customer).order_by("name")[:MOST_OFFERED])
    if named is not None and named not in contacts:
        contacts.append(named)
    return [
        (str(one.pk), " · ".join(part for part in (one.name, one.title) if part))
        for one in contacts
    ]


def colleagues(named: Colleague | None = None) -> list[tuple[str, str]]:
    """Members who can look after a case, and who does now."""
    rows = list(
        Colleague.objects.filter(membership__is_active=True).order_by("name")[:MOST_OFFERED]
    )
    if named is not None and named not in rows:
        rows.append(named)
    return [(str(one.pk), one.name) for one in rows]


class DetailsForm(forms.Form):
    """What a case is about and what it concerns."""

    title = forms.CharField(label=gettext_lazy("What is it about"), max_length=LONGEST_TITLE)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=Case.Kind.choices, initial=Case.Kind.PROBLEM
    )
    contact = forms.ChoiceField(label=gettext_lazy("Who reports it"), required=False)
    module = forms.ChoiceField(label=gettext_lazy("Module"), required=False)
    project = forms.ChoiceField(label=gettext_lazy("Project"), required=False)

    def __init__(
        self,
        *args: Any,
        customer: Customer,
        membership: Membership,
        work: CaseWork | None = None,
        **kwargs: Any,
    ) -> None:
        if work is not None:
            kwargs.setdefault(
                "initial",
                {
                    "title": work.case.title,
                    "kind": work.case.kind,
                    "contact": work.case.contact_id,
                    "module": work.module_id,
                    "project": work.project_id,
                    "seen": work.version,
                },
            )
        super().__init__(*args, **kwargs)
        self.customer = customer
        none = ("", _("Nobody named"))
        named = work.case.contact if work else None
        offer(self, "contact", [none, *contacts_of(customer, named)])
        modules = Module.objects.order_by("name")[:MOST_OFFERED]
        offer(self, "module", [("", "–"), *((str(one.pk), one.name) for one in modules)])
        # What a case is tied to stays, also where this member does not see the project.
        tied = Q(pk=work.project_id if work else None)
        seen = Q(pk__in=visible_projects(membership).order_by().values("pk"))
        projects = Project.objects.filter(tied | seen, customer=customer)
        projects = projects.order_by("-starts_on")[:MOST_OFFERED]
        offer(self, "project", [("", "–"), *((str(one.pk), one.name) for one in projects)])

    def chosen(self) -> dict[str, Any]:
        """``contact``, ``module`` and ``project`` as rows."""
        given = self.cleaned_data
        return {
            name: model.objects.get(pk=int(given[name])) if given[name] else None
            for name, model in (("contact", Contact), ("module", Module), ("project", Project))
        }


class ReportForm(DetailsForm):
    """A case as it comes in: the title is enough, the rest can follow."""

    text = forms.CharField(
        label=gettext_lazy("What was said"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=area(),
    )
    priority = forms.ChoiceField(
        label=gettext_lazy("Priority"),
        required=False,
        choices=[("", gettext_lazy("As suggested by kind and tier")), *Case.Priority.choices],
    )
    priority_why = forms.CharField(
        label=gettext_lazy("Why this priority"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Only where it is another than suggested."),
    )
    owner = forms.ChoiceField(label=gettext_lazy("Who looks after it"), required=False)

    field_order = ("title", "kind", "contact", "text", "module", "priority", "priority_why")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "owner", [("", _("The customer's face")), *colleagues()])
        self.fields["title"].widget.attrs["autofocus"] = True

    def values(self) -> dict[str, Any]:
        """As :func:`service.actions.cases.report_case` takes them."""
        given, chosen = self.cleaned_data, self.chosen()
        owner = Colleague.objects.get(pk=int(given["owner"])) if given["owner"] else None
        return {
            "title": given["title"],
            "kind": given["kind"],
            "priority": given["priority"],
            "priority_why": given["priority_why"],
            "text": given["text"],
            "contact": chosen["contact"],
            "ties": {"module": chosen["module"], "project": chosen["project"]},
            "owner": owner,
        }


class EditForm(DetailsForm):
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)


class AnswerForm(forms.Form):
    """Words to the customer, and how it goes on."""

    STAYS, WAITS, SOLVED = "open", "waiting", "solved"
    text = forms.CharField(
        label=gettext_lazy("To the customer"), max_length=LONGEST_TEXT, widget=area(5)
    )
    then = forms.ChoiceField(
        label=gettext_lazy("Then the case"),
        choices=[
            (STAYS, gettext_lazy("stays open")),
            (WAITS, gettext_lazy("waits for the customer: the clock stands still")),
            (SOLVED, gettext_lazy("is solved: the customer is asked how satisfied they are")),
        ],
        widget=forms.RadioSelect,
        initial=STAYS,
    )
    after = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**63 - 1)


class NoteForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Internal note"), max_length=LONGEST_TEXT, widget=area(3)
    )


class HeardForm(forms.Form):
    """What the customer said on the phone or in a chat."""

    text = forms.CharField(
        label=gettext_lazy("What the customer said"), max_length=LONGEST_TEXT, widget=area(3)
    )
    who = forms.CharField(label=gettext_lazy("Who said it"), max_length=200, required=False)


class SeenForm(forms.Form):
    """What changes a case that somebody else may have changed meanwhile, and why."""

    why = forms.CharField(label=gettext_lazy("Why"), max_length=2000, widget=area(2))
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, work: CaseWork, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"seen": work.version})
        super().__init__(*args, **kwargs)


class StateForm(SeenForm):
    state = forms.ChoiceField(label=gettext_lazy("It is now"))
    field_order = ("state", "why")

    def __init__(self, *args: Any, work: CaseWork, **kwargs: Any) -> None:
        super().__init__(*args, work=work, **kwargs)
        offer(self, "state", [(str(state), state.label) for state in next_states(work)])


def next_states(work: CaseWork) -> list[CaseWork.State]:
    """What may be said of it without words to the customer."""
    state = CaseWork.State
    if work.state == state.WAITING:
        return [state.OPEN, state.CLOSED]
    if work.is_undone:
        return [*([state.WAITING] if work.responded_at else []), state.CLOSED]
    return [state.REOPENED, *([state.CLOSED] if work.state == state.SOLVED else [])]


class PriorityForm(SeenForm):
    priority = forms.ChoiceField(label=gettext_lazy("Priority"))
    field_order = ("priority", "why")

    def __init__(self, *args: Any, work: CaseWork, **kwargs: Any) -> None:
        super().__init__(*args, work=work, **kwargs)
        others = [choice for choice in Case.Priority.choices if choice[0] != work.priority]
        offer(self, "priority", others)


class AssignForm(forms.Form):
    owner = forms.ChoiceField(label=gettext_lazy("Who looks after it"))
    why = forms.CharField(label=gettext_lazy("Why"), max_length=500, required=False)

    def __init__(self, *args: Any, named: Colleague | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "owner", colleagues(named))
        if named is not None:
            self.fields["owner"].initial = str(named.pk)

    def person(self) -> Colleague:
        found: Colleague = Colleague.objects.get(pk=int(self.cleaned_data["owner"]))
        return found


class EscalateForm(forms.Form):
    department = forms.ChoiceField(label=gettext_lazy("Department"))
    why = forms.CharField(label=gettext_lazy("Why"), max_length=2000, widget=area(2))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = Department.objects.filter(is_active=True, takes_cases=True)
        offer(self, "department", [(str(one.pk), one.name) for one in found[:MOST_OFFERED]])

    def chosen(self) -> Department:
        found: Department = Department.objects.select_related("lead__user").get(
            pk=int(self.cleaned_data["department"])
        )
        return found


class EscalationAnswerForm(forms.Form):
    answer = forms.CharField(
        label=gettext_lazy("What is done about it"), max_length=2000, widget=area(2)
    )
