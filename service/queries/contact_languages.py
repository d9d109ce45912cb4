"""In which language a contact is written to."""

from __future__ import annotations

from accounts.models import Contact
from service.models import CaseLink, SurveySettings

# How files and people write it, by its beginning.
_WRITTEN = (("zh", "zh-hans"), ("中", "zh-hans"), ("简", "zh-hans"), ("en", "en"), ("英", "en"))
_WORD = "nullif(lower(btrim({}.attributes ->> 'language')), '')"
_CODES = " ".join(f"WHEN word LIKE '{start}%%' THEN '{code}'" for start, code in _WRITTEN)
SAID_LANGUAGE = (
    f"(SELECT CASE {_CODES} END"  # noqa: S608 - our words
    f"   FROM (SELECT coalesce({_WORD.format('contact')}, {_WORD.format('customer')}) AS word) said)"
)
"""The same of ``contact`` and ``customer`` in a query; null where neither says one."""


def said_language(contact: Contact) -> str:
    """What the contact's attributes say, else its customer's; "" where neither says one that there
    are words in."""
    for attributes in (contact.attributes, contact.customer.attributes):
        word = str(attributes.get("language") or "").strip().lower()
        if word:
            return next((code for start, code in _WRITTEN if word.startswith(start)), "")
    return ""


def language_for(contact: Contact, otherwise: str) -> str:
    """Of a link about cases: as the contact is said to read, as its last link was, as the tenant asks
    its surveys, or the other one."""
    if said := said_language(contact):
        return said
    for rows in (
        CaseLink.objects.filter(contact=contact).order_by("-pk"),
        SurveySettings.objects.all(),
    ):
        language = rows.values_list("language", flat=True).first()
        if language:
            return str(language)
    return otherwise
