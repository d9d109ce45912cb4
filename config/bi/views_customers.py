"""Customers and what they bought and paid."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.bi.columns import View, attributes, day, moment, money, text, told, who, whole, yes

CUSTOMER = "JOIN [accounts_customer] c ON c.id = {}.customer_id"

VIEWS = (
    View(
        "customers",
        _("Customers"),
        (
            text("key", "c.key"),
            text("name", "c.name"),
            text("industry", "c.industry"),
            text("size", "c.size"),
            text("region", "c.region"),
            text("currency", "c.currency"),
            text("parent", "p.key"),
            who("salesperson", "s.key"),
            who("service_manager", "m.key"),
            who("project_manager", "j.key"),
            attributes("c.attributes"),
            moment("known_from", "c.known_from"),
        ),
        "[accounts_customer] c "
        "LEFT JOIN [accounts_customer] p ON p.id = c.parent_id "
        "LEFT JOIN [accounts_colleague] s ON s.id = c.salesperson_id "
        "LEFT JOIN [accounts_colleague] m ON m.id = c.service_manager_id "
        "LEFT JOIN [accounts_colleague] j ON j.id = c.project_manager_id",
        note="The persons are those of today.",
        order="key",
    ),
    View(
        "contacts",
        _("Contacts"),
        (
            text("customer", "c.key"),
            who("key", "k.key"),
            told("name", "k.name"),
            told("email", "k.email"),
            told("phone", "k.phone"),
            told("title", "k.title"),
            text("roles", "r.roles"),
            attributes("k.attributes"),
            moment("known_from", "k.known_from"),
        ),
        "[accounts_contact] k " + CUSTOMER.format("k") + " LEFT JOIN (SELECT contact_id, "
        "string_agg(DISTINCT role, ';' ORDER BY role) AS roles FROM [accounts_contactrole] held "
        "CROSS JOIN [tenant] t "
        "WHERE coalesce(held.from_on <= (now() AT TIME ZONE t.timezone)::date, true) "
        "AND coalesce(held.to_on >= (now() AT TIME ZONE t.timezone)::date, true) "
        "GROUP BY contact_id) r ON r.contact_id = k.id",
        note="`roles`: those of today, separated by semicolons.",
        order="customer, key",
    ),
    View(
        "modules",
        _("Modules"),
        (text("key", "m.key"), text("name", "m.name")),
        "[accounts_module] m",
        order="key",
    ),
    View(
        "contracts",
        _("Contracts"),
        (
            text("customer", "c.key"),
            text("key", "k.key"),
            text("renewal_of", "f.key"),
            text("currency", "k.currency"),
            day("signed_on", "l.signed_on"),
            day("starts_on", "l.starts_on"),
            day("ends_on", "l.ends_on"),
            whole("lines", "coalesce(l.lines, 0)"),
            attributes("k.attributes"),
            moment("known_from", "k.known_from"),
        ),
        "[accounts_contract] k " + CUSTOMER.format("k") + " "
        "LEFT JOIN [accounts_contract] f ON f.id = k.renewal_of_id "
        "LEFT JOIN (SELECT contract_id, min(signed_on) AS signed_on, min(starts_on) AS starts_on, "
        "CASE WHEN count(*) = count(ends_on) THEN max(ends_on) END AS ends_on, count(*) AS lines "
        "FROM [accounts_contractline] line GROUP BY contract_id) l ON l.contract_id = k.id",
        note="`signed_on`, `starts_on`, `ends_on`: the first and last days of its lines; `ends_on` is "
        "empty while a line is open.",
        order="customer, key",
    ),
    View(
        "contract_lines",
        _("Lines of contracts"),
        (
            text("customer", "c.key"),
            text("contract", "k.key"),
            text("module", "m.key"),
            text("kind", "l.kind"),
            day("signed_on", "l.signed_on"),
            day("starts_on", "l.starts_on"),
            day("ends_on", "l.ends_on"),
            money("annual_fee", "l.annual_fee"),
            money("amount", "l.amount"),
            text("currency", "k.currency"),
            whole("seats", "l.seats"),
            yes("is_trial", "l.is_trial"),
            attributes("l.attributes"),
            moment("known_from", "l.known_from"),
        ),
        "[accounts_contractline] l JOIN [accounts_contract] k ON k.id = l.contract_id "
        + CUSTOMER.format("k")
        + " JOIN [accounts_module] m ON m.id = l.module_id",
        order="customer, contract, module, starts_on",
    ),
    View(
        "instalments",
        _("Instalments"),
        (
            text("customer", "c.key"),
            text("contract", "k.key"),
            day("due_on", "i.due_on"),
            money("amount", "i.amount"),
            text("currency", "k.currency"),
            text("paid_by", "p.key"),
            attributes("i.attributes"),
            moment("known_from", "i.known_from"),
        ),
        "[accounts_instalment] i JOIN [accounts_contract] k ON k.id = i.contract_id "
        + CUSTOMER.format("k")
        + " LEFT JOIN [accounts_payment] p ON p.id = i.paid_by_id",
        note="`paid_by`: the key of a payment.",
        order="customer, contract, due_on",
    ),
    View(
        "payments",
        _("Payments"),
        (
            text("customer", "c.key"),
            text("key", "p.key"),
            day("paid_on", "p.paid_on"),
            money("amount", "p.amount"),
            text("contract", "k.key"),
            text("module", "m.key"),
            attributes("p.attributes"),
            moment("known_from", "p.known_from"),
        ),
        "[accounts_payment] p " + CUSTOMER.format("p") + " "
        "LEFT JOIN [accounts_contract] k ON k.id = p.contract_id "
        "LEFT JOIN [accounts_module] m ON m.id = p.module_id",
        note="Negative: a refund.",
        moment="paid_on",
        order="paid_on, customer, key",
    ),
    View(
        "touchpoints",
        _("Touchpoints"),
        (
            text("customer", "c.key"),
            text("key", "t.key"),
            text("kind", "t.kind"),
            day("happened_on", "t.happened_on"),
            who("contact", "k.key"),
            who("by", "b.key"),
            told("note", "t.note"),
            text("occasion", "t.occasion"),
            told("next_step", "t.next_step"),
            day("next_on", "t.next_on"),
            moment("known_from", "t.known_from"),
        ),
        "[accounts_touchpoint] t " + CUSTOMER.format("t") + " "
        "LEFT JOIN [accounts_contact] k ON k.id = t.contact_id "
        "LEFT JOIN [accounts_colleague] b ON b.id = t.colleague_id",
        moment="happened_on",
        order="happened_on, customer, key",
    ),
    View(
        "responsibilities",
        pgettext_lazy("BI", "Who was responsible"),
        (
            text("customer", "c.key"),
            text("capacity", "r.capacity"),
            who("person", "k.key"),
            day("from_on", "r.from_on"),
            day("to_on", "r.to_on"),
            text("why", "r.why"),
        ),
        "[accounts_responsibility] r " + CUSTOMER.format("r") + " "
        "LEFT JOIN [accounts_colleague] k ON k.id = r.colleague_id",
        note="The history of the face that a customer sees; `to_on` is empty for the present one.",
        order="customer, from_on, capacity",
    ),
)
