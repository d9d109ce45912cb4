"""The sentences for what is wrong with a file or a row, made in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.loads.labels import DATE_ORDERS, DECIMAL_MARKS
from ui.formats import listed
from ui.tags.formats import language

TEXTS: dict[str, str | Promise] = {
    # The file as a whole
    "empty_file": _("The file is empty."),
    "binary": _("This is not a text file: it holds a zero byte."),
    "foreign_format": _("This is a %(format)s file. Load CSV (also gzipped) or XLSX."),
    "utf16": _("The file is in UTF-16. Save it as CSV in UTF-8."),
    "unknown_encoding": _("The text is neither UTF-8 nor GB18030."),
    "mixed_encodings": _(
        "The file mixes encodings: line %(utf8_line)s is UTF-8, line %(other_line)s is not."
    ),
    "line_too_long": _("The line is longer than %(limit)s bytes."),
    "field_too_long": _("A cell is longer than %(limit)s characters."),
    "broken_quotes": _("The quotation mark that opens here is not closed as it should be."),
    "broken_gzip": _("The gzip file is damaged or cut short."),
    "unpacks_too_large": _("The file unpacks to far more than it should (%(bytes)s bytes)."),
    "broken_workbook": _("The workbook is damaged and cannot be read."),
    "formula_without_value": _(
        "The cell is a formula without its value. Open the workbook in a spreadsheet and save it."
    ),
    "no_header": _("The first line has no column names."),
    "duplicate_header": _("The column “%(name)s” stands twice in the header."),
    "missing_columns": _("Missing: %(missing)s. The file has: %(found)s."),
    "unknown_source_columns": _("The file has no column %(missing)s. It has: %(found)s."),
    "date_order_unclear": _(
        "The dates may be day-month-year or month-day-year. Say which with %(dates_option)s."
    ),
    "date_orders_differ": _(
        "Line %(dmy)s can only be day-month-year, line %(mdy)s only month-day-year. "
        "Say which holds with %(dates_option)s."
    ),
    "decimal_marks_differ": _(
        "Line %(point)s has a decimal point, line %(comma)s a decimal comma. "
        "Say which holds with %(decimal_option)s."
    ),
    # The form of a row or cell
    "too_few_fields": _("The row has %(fields)s cells, the header %(columns)s."),
    "too_many_fields": _("The row has %(fields)s cells, the header %(columns)s."),
    "unnamed_column": _("The value stands in column %(position)s, which has no name."),
    "empty": _("A value is needed here."),
    "too_long": _("Longer than %(longest)s characters."),
    "not_a_date": _("This is not a date."),
    "two_digit_year": _("The year needs four digits."),
    "year_out_of_range": _("The year is not between %(first)s and %(last)s."),
    "no_such_day": _("There is no such day."),
    "no_such_time": _("There is no such time of day or time zone."),
    "not_in_date_order": _("The date is not in the order of this file (%(order)s)."),
    "day_with_zone": _("A day is needed here, not a moment with a time zone."),
    "not_an_amount": _("This is not an amount."),
    "not_finite": _("An amount must be a finite number."),
    "exponent": _("An amount must be written out, without an exponent."),
    "not_in_amount_style": _(
        "The amount is not written as this file writes amounts (decimal mark: %(mark)s)."
    ),
    "too_many_decimals": _("More than %(decimals)s decimals."),
    "amount_too_large": _("The amount is too large."),
    "negative": _("The amount must not be negative."),
    "not_a_quantity": _("This is not a number."),
    "not_positive": _("A number above 0 is needed here."),
    "negative_quantity": _("The number must not be negative."),
    "quantity_too_large": _("More than %(most)s."),
    "not_whole": _("A whole number, 0 or more, is needed here."),
    "whole_too_large": _("The number is larger than %(limit)s."),
    "not_a_flag": _("Write yes or no."),
    "not_a_choice": _("Possible here: %(choices)s."),
    "not_an_email": _("This is not an e-mail address."),
    "not_a_currency": _("This is not a currency code."),
    "other_currency": _("The currency is %(currency)s; only %(expected)s can be loaded."),
    # A row against the facts and the other rows
    "repeated_key": _("The key stands already in line %(line)s, with other values."),
    "repeated_line": _(
        "Contract, module and start stand already in line %(line)s, with other values."
    ),
    "repeated_instalment": _(
        "The contract has an instalment for this day already in line %(line)s."
    ),
    "repeated_message": _("The message stands already in line %(line)s, with other values."),
    "message_differs": _("The message was loaded before, with other values."),
    "unknown_customer": _("There is no such customer."),
    "unknown_contract": _("There is no such contract."),
    "unknown_module": _("There is no such module."),
    "unknown_payment": _("There is no such payment."),
    "unknown_parent": _("The parent is neither a customer nor in this file."),
    "circular_parents": _("The customer would be its own parent."),
    "parents_too_deep": _("More than %(longest)s parents above one another."),
    "unknown_renewal": _("The contract that is renewed is neither known nor in this file."),
    "circular_renewals": _("The contract would renew itself."),
    "renewals_too_many": _("More than %(longest)s renewals of one another."),
    "contract_of_two": _("Line %(line)s gives this contract to another customer."),
    "contract_of_another": _("The contract belongs to another customer."),
    "contract_rejected": _("Another line of this contract is refused (line %(line)s)."),
    "renews_two": _("Line %(line)s says that this contract renews another one."),
    "payment_of_another": _("The payment belongs to another customer."),
    "payment_settles_another": _("An instalment of the former customer counts on this payment."),
    "project_of_another": _("The project belongs to another customer."),
    "ends_before_start": _("The end lies before the start."),
    "due_before_start": _("The due date lies before the start."),
    "accepted_before_start": _("The acceptance lies before the start."),
    "accepted_after_handover": _(
        "The project has been handed over on screen: its acceptance lies on that day or before."
    ),
    "unknown_contact": _("The customer has no such contact."),
    "touchpoint_of_another": _("The touchpoint belongs to another customer."),
    "case_of_another": _("The case belongs to another customer."),
    "answered_before_opened": _("The first response lies before the opening."),
    "closed_before_opened": _("The closing lies before the opening."),
    "not_one_to_five": _("Satisfaction is a whole number from 1 to 5."),
    "answer_of_another": _("The answer belongs to another customer."),
    "answer_by_link": _("This was answered by a link: only the customer's person changes it."),
    "score_off_scale": _("The score of %(kind)s is a whole number from %(low)s to %(high)s."),
    "unknown_project": _("There is no such project."),
    "unknown_item": _("The signed SOW of the project has no such item."),
    "item_of_another": _(
        "The item belongs to another project; say on what the effort was booked there."
    ),
    "change_request_of_another": _(
        "The change request belongs to another project; say on what the effort was booked there."
    ),
    "repeated_item": _("The project has this item already in line %(line)s, with other values."),
    "repeated_change_request": _(
        "The project has this change request already in line %(line)s, with other values."
    ),
    "sow_signed": _(
        "The SOW of this project is signed and its baseline locked: a change of an item needs a "
        "change request."
    ),
    "sow_signed_new_item": _(
        "The SOW of this project is signed and its baseline locked: a new item needs a change "
        "request."
    ),
    "sow_rejected": _("A SOW is signed whole, and another row of it is refused (line %(line)s)."),
    "sow_unread": _("A SOW is signed whole, and rows of this file cannot be read."),
    "unknown_task": _("The project's plan has no task with this key."),
    "task_of_another": _(
        "The task belongs to another project; say on what the effort was booked there."
    ),
    "repeated_task": _("The project has this task already in line %(line)s, with other values."),
    "milestone_has_days": _("A milestone is a day: it ends on the day on which it starts."),
    "finished_without_start": _("What is finished was started on a day, and none is given."),
    "finished_before_start": _("The finish lies before the start."),
    "done_without_day": _("A task that is done needs the day on which it was finished."),
    "finished_but_open": _("A task with a day of finishing is done, and the state says otherwise."),
    "doing_without_day": _("A task that is being done needs the day on which it was started."),
    "begun_but_to_do": _("A task with a day of starting has begun, and the state says otherwise."),
    "person_of_customer": _(
        "The customer does this task, so it has no person of ours. Leave the person empty."
    ),
    "unknown_predecessor": _(
        "The project has no task with this key, neither here nor in the file; or its row is refused."
    ),
    "task_after_itself": _("The task would wait for itself."),
    "tasks_in_circle": _("These tasks would wait for each other: %(path)s."),
    "task_changed_on_screen": _(
        "Somebody has changed this task on screen since. Change it there, or make the file agree."
    ),
    "session_of_another": _("The training session belongs to another customer."),
    "session_differs": _("Line %(line)s says something else of this training session."),
    "repeated_attendance": _(
        "The same person stands at this training session already in line %(line)s, with other "
        "values."
    ),
    "not_minutes": _("Minutes are a whole number from 1 to 1440."),
    "signed_without_day": _("A signed change request needs the day of its signature."),
    "signed_by_nobody": _("Only a signed change request has a day of signature."),
    "decided_without_day": _("A declined or withdrawn change request needs the day of it."),
    "decided_by_nobody": _("Only a declined or withdrawn change request has a day of decision."),
    "role_ends_twice": _("Line %(line)s ends the same role on another day."),
    "no_subject": _("Name a customer or a contract."),
    "repeated_day": _("The day stands already in line %(line)s and says something else there."),
    "shortened_id": _(
        "A spreadsheet has shortened this id. Load the file as it was exported, never saved again."
    ),
    "not_a_term": _("A term is a whole number of months, from 1 to %(most)s."),
    "too_many_days": _("The file has more than %(limit)s days."),
}

# Mappings that no file could satisfy
MAPPING_TEXTS: dict[str, str | Promise] = {
    "map_syntax": _("“%(pair)s” is not of the form theirs=ours."),
    "map_unknown_column": _("There is no column “%(column)s”. There are: %(known)s."),
    "map_twice": _("The column “%(column)s” is mapped twice."),
}


# What a recipe decided about rows: those left out, and what else is worth knowing.
RECIPE_TEXTS: dict[str, str | Promise] = {
    "prospect_stage": _("The lifecycle stage is one before a customer’s."),
    "not_customer_type": _("The type of the account says that it is no customer."),
    "deleted": _("Deleted in the CRM."),
    "no_company": _("The contact belongs to no company."),
    "not_won": _("The deal is not won."),
    "further_companies": _("Several companies are named: the first was taken."),
    "further_roles": _("Some roles have no counterpart here and were left out."),
    "no_product": _("No product is named: the module is “unspecified”."),
    "twelve_months": _("There is neither end nor term: twelve months were taken."),
    "amount_per_year": _("The amount is that of the whole term: its share of a year was taken."),
}


def notes_with_words(notes: Mapping[str, Any]) -> dict[str, Any]:
    """What was found out about a file; what a recipe decided with its sentence."""
    return {
        name: [{**told, "reason": str(RECIPE_TEXTS[told["code"]])} for told in value]
        if name in ("left_out", "told")
        else value
        for name, value in notes.items()
    }


# What a person says about a file, as the command `load` calls it; forms have labels for it.
COMMAND_OPTIONS: dict[str, str] = {"dates": "--dates dmy|mdy", "decimal": "--decimal point|comma"}

# Parameters whose values have words.
WORDED: dict[str, Mapping[str, str | Promise]] = {"order": DATE_ORDERS, "mark": DECIMAL_MARKS}


def reason_text(code: str, params: Mapping[str, Any], *, options: Mapping[str, str]) -> str:
    """The sentence of a fault in the active language.

    `options`: what `dates` and `decimal` are called where the sentence is read.
    """
    template = TEXTS.get(code) or MAPPING_TEXTS.get(code)
    if template is None:
        return code
    return str(template) % {
        **{name: _worded(value, WORDED.get(name, {})) for name, value in params.items()},
        **{f"{name}_option": text for name, text in options.items()},
    }


def _worded(value: Any, words: Mapping[str, str | Promise]) -> str:
    if isinstance(value, (list, tuple)):
        names_of = (
            gettext("%(first)s or %(second)s") % dict(zip(("first", "second"), names, strict=False))
            if len(names := str(item).split("|")) == 2
            else str(item)
            for item in value
        )
        return listed(names_of, language())
    return str(words.get(value, value))
