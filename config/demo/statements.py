"""From the staged frames into the tenant's tables, in this order.

Every statement takes `tenant`. What changed later (a bill was paid, a project accepted, a role ended)
has its earlier state kept as a row version, so that any night of the past can be run as it was known
then.
"""

from __future__ import annotations

from config.demo.delivery_statements import DELIVERY_FACTS, SOWS
from config.demo.versions import earlier_versions

MODULES = """
INSERT INTO accounts_module (key, name, known_from)
SELECT key, name, known_from FROM seed_modules
    ON CONFLICT (tenant_id, key) DO NOTHING
"""

COLLEAGUES = """
INSERT INTO accounts_colleague (key, name)
SELECT email, name FROM seed_people
    ON CONFLICT (tenant_id, key) DO NOTHING
"""

CUSTOMERS = """
INSERT INTO accounts_customer (id, key, name, industry, size, region, currency, parent_id,
       salesperson_id, service_manager_id, project_manager_id, attributes, search_text, known_from)
SELECT s.id, s.key, s.name, s.industry, s.size, s.region, s.currency, parent.id, seller.id,
       server.id, builder.id, jsonb_build_object('employees', s.employees, 'city', s.city),
       left(lower(s.name || ' ' || s.key), 510), s.known_from
  FROM seed_customers s
  LEFT JOIN seed_customers parent ON parent.key = s.parent
  LEFT JOIN accounts_colleague seller
         ON seller.tenant_id = %(tenant)s AND seller.key = s.salesperson
  LEFT JOIN accounts_colleague server
         ON server.tenant_id = %(tenant)s AND server.key = s.service_manager
  LEFT JOIN accounts_colleague builder
         ON builder.tenant_id = %(tenant)s AND builder.key = s.project_manager
"""

CONTACTS = """
INSERT INTO accounts_contact (id, customer_id, key, name, email, phone, title, attributes, known_from)
SELECT s.id, c.id, s.key, s.name, s.email, '', s.title, '{}', s.known_from
  FROM seed_contacts s
  JOIN seed_customers c ON c.key = s.customer
"""

CONTACT_ROLES = """
INSERT INTO accounts_contactrole (id, contact_id, role, from_on, to_on, known_from)
SELECT s.id, p.id, s.role, s.from_on, s.to_on, s.known_from
  FROM seed_contact_roles s
  JOIN seed_contacts p ON p.key = s.contact
"""

CONTRACTS = """
INSERT INTO accounts_contract (id, customer_id, key, renewal_of_id, currency, attributes, known_from)
SELECT s.id, c.id, s.key, renewed.id, s.currency, '{}', s.known_from
  FROM seed_contracts s
  JOIN seed_customers c ON c.key = s.customer
  LEFT JOIN seed_contracts renewed ON renewed.key = s.renewal_of
"""

CONTRACT_LINES = """
INSERT INTO accounts_contractline (contract_id, module_id, kind, signed_on, starts_on, ends_on,
       annual_fee, amount, seats, is_trial, attributes, known_from)
SELECT k.id, m.id, s.kind, s.signed_on, s.starts_on, s.ends_on, s.annual_fee, s.amount,
       CASE WHEN s.kind = 'subscription' THEN s.seats END, s.is_trial, '{}',
       s.known_from
  FROM seed_contract_lines s
  JOIN seed_contracts k ON k.key = s.contract
  JOIN accounts_module m ON m.tenant_id = %(tenant)s AND m.key = s.module
"""

PAYMENTS = """
INSERT INTO accounts_payment (id, customer_id, key, paid_on, amount, contract_id, attributes,
       known_from)
SELECT s.id, c.id, s.key, s.paid_on, s.amount, k.id, '{}', s.known_from
  FROM seed_payments s
  JOIN seed_customers c ON c.key = s.customer
  JOIN seed_contracts k ON k.key = s.contract
"""

INSTALMENTS = """
INSERT INTO accounts_instalment (id, contract_id, due_on, amount, paid_by_id, attributes, known_from)
SELECT s.id, k.id, s.due_on, s.amount, p.id, '{}', s.known_from
  FROM seed_instalments s
  JOIN seed_contracts k ON k.key = s.contract
  LEFT JOIN seed_payments p ON p.key = s.paid_by
"""

PROJECTS = """
INSERT INTO projects_project (id, customer_id, key, name, manager_id, starts_on, due_on, accepted_on,
       template, attributes, known_from)
SELECT s.id, c.id, s.key, s.name, m.id, s.starts_on, s.due_on, s.accepted_on, s.template, '{}',
       s.known_from
  FROM seed_projects s
  JOIN seed_customers c ON c.key = s.customer
  LEFT JOIN accounts_colleague m ON m.tenant_id = %(tenant)s AND m.key = s.manager
"""

# Frame of the facts → the table its ids are drawn for ('' where nothing points to it) and what
# writes it.
FACTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "customers": ("accounts_customer", (CUSTOMERS,)),
    "contacts": ("accounts_contact", (CONTACTS,)),
    "contact_roles": (
        "accounts_contactrole",
        (CONTACT_ROLES, earlier_versions("contact_roles", "accounts_contactrole", "to_on")),
    ),
    "contracts": ("accounts_contract", (CONTRACTS,)),
    "contract_lines": ("", (CONTRACT_LINES,)),
    "payments": ("accounts_payment", (PAYMENTS,)),
    "instalments": (
        "accounts_instalment",
        (INSTALMENTS, earlier_versions("instalments", "accounts_instalment", "paid_by_id")),
    ),
    "projects": (
        "projects_project",
        (PROJECTS, earlier_versions("projects", "projects_project", "accepted_on"), SOWS),
    ),
    **DELIVERY_FACTS,
}

# In the open transaction: accounts.loads.statistics wants one of its own.
REFRESH_STATISTICS = "SELECT refresh_statistics()"

# Persons and modules by the positions that usage names them with.
USERS_TABLE = """
CREATE TEMPORARY TABLE seed_users (customer bigint, place bigint, email text, customer_id bigint,
       PRIMARY KEY (customer, place)) ON COMMIT DROP
"""

USERS = """
INSERT INTO seed_users
SELECT s.customer, s.place, s.email, c.id
  FROM seed_persons s
  JOIN accounts_customer c ON c.tenant_id = %(tenant)s AND c.key = s.customer_key
"""

USAGE = """
INSERT INTO usage_event (message_id, customer_id, module_id, person, event, occurred_at, count,
       received_at)
SELECT 'demo-' || lpad(u.message::text, 10, '0'), p.customer_id, m.module_id, p.email, e.event,
       to_timestamp(u.occurred), u.count, to_timestamp(u.received)
  FROM seed_usage u
  JOIN seed_users p ON p.customer = u.customer AND p.place = u.place
  JOIN seed_events e ON e.position = u.event
  JOIN (SELECT s.position, m.id AS module_id
          FROM seed_usage_modules s
          JOIN accounts_module m ON m.tenant_id = %(tenant)s AND m.key = s.key) m
    ON m.position = u.module
"""
