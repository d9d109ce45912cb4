from accounts.models.audit import AuditRecord, RowVersion
from accounts.models.bi import BiAccess
from accounts.models.calendars import CalendarVersion
from accounts.models.cases import Case
from accounts.models.channels import Channel, ChannelPost
from accounts.models.contact_links import ContactLink
from accounts.models.contracts import Contract, ContractLine, Instalment, Module, Payment
from accounts.models.customers import Contact, ContactRole, Customer
from accounts.models.departments import Department
from accounts.models.follow_ups import ChangedCustomer
from accounts.models.keys import ApiAnswer, ApiToken
from accounts.models.load_sources import LoadSource, LoadSourceFile, LoadSourceRule
from accounts.models.loads import Load, LoadMapping, LoadPart
from accounts.models.mail import (
    MailOutage,
    MailSettings,
    OutgoingMail,
    Purpose,
    UnreachableAddress,
    Unsubscription,
)
from accounts.models.members import (
    Colleague,
    Invitation,
    Membership,
    Role,
    Team,
    Visibility,
    VisibilityRule,
)
from accounts.models.notifications import Notification, NotificationPreference
from accounts.models.responsibility import Responsibility
from accounts.models.tenants import DirectoryEntry, Tenant
from accounts.models.touchpoints import Touchpoint, TouchpointTie
from accounts.models.users import User
from accounts.models.webhooks import (
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)

__all__ = [
    "ApiAnswer",
    "ApiToken",
    "AuditRecord",
    "BiAccess",
    "CalendarVersion",
    "Case",
    "ChangedCustomer",
    "Channel",
    "ChannelPost",
    "Colleague",
    "Contact",
    "ContactLink",
    "ContactRole",
    "Contract",
    "ContractLine",
    "Customer",
    "Department",
    "DirectoryEntry",
    "Instalment",
    "Invitation",
    "Load",
    "LoadMapping",
    "LoadPart",
    "LoadSource",
    "LoadSourceFile",
    "LoadSourceRule",
    "MailOutage",
    "MailSettings",
    "Membership",
    "Module",
    "Notification",
    "NotificationPreference",
    "OutgoingMail",
    "Payment",
    "Purpose",
    "Responsibility",
    "Role",
    "RowVersion",
    "Team",
    "Tenant",
    "Touchpoint",
    "TouchpointTie",
    "UnreachableAddress",
    "Unsubscription",
    "User",
    "Visibility",
    "VisibilityRule",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
]
