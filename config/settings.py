"""All settings, driven by the environment. See .env.example for what can be set.

Without DATABASE_URL / REDIS_URL the embedded servers of ``config.embedded`` are used; importing
this file names them, and the entry points (manage.py, wsgi, celery, the tests) start them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import environ
from celery.schedules import schedule
from kombu import Queue

from config import embedded
from config.logs import logging_configuration

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env", overwrite=False)

DATA_DIR = embedded.places(env.str("DATA_DIR", str(BASE_DIR / ".data"))).data_dir
HOST = env.str("HOST", "127.0.0.1")
PORT = env.int("PORT", 8000)
# Where people reach this installation: links in letters and on the command line start with it.
PUBLIC_URL = env.str("PUBLIC_URL", f"http://{HOST}:{PORT}")
# A folder of fonts for reports on paper; Noto Sans CJK of the package noto-cjk-sans-otc without it.
REPORT_FONTS = env.str("REPORT_FONTS", "")
IS_LOOPBACK = HOST in {"127.0.0.1", "::1", "localhost"}
TESTING = "pytest" in sys.modules

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "") or embedded.secret(DATA_DIR, "secret key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", HOST])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
CSRF_FAILURE_VIEW = "ui.views.csrf_failure"
# One-click sign-in as the demo tenant's people. `make run` sets it, and only on loopback.
DEMO_SIGN_IN = env.bool("DEMO_SIGN_IN", False) and IS_LOOPBACK
# The page that shows every component; for people who build screens.
COMPONENTS_PAGE = env.bool("COMPONENTS_PAGE", DEBUG or TESTING)

INSTALLED_APPS = [
    "config",
    "reports",
    "service",
    "segmentation",
    "projects",
    "accounts",
    "ui",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "django_filters",
    "drf_spectacular",
    "lucide",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
]
MIDDLEWARE = [
    # First: it answers what client libraries send, by thousands, and needs none of the others.
    "segmentation.ingest_http.IngestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages with tables shrink to a sixth. Django pads what it compresses (BREACH) and masks tokens.
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.security.SecurityHeadersMiddleware",
    "config.logs.RequestLogMiddleware",
    "config.given_text.ReadableCookiesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.PersonMiddleware",
    "config.given_text.ReadableTextMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    # Last: what follows it runs inside the tenant's scope.
    "accounts.middleware.TenantMiddleware",
]
ROOT_URLCONF = "config.urls"
TENANT_URLCONF = "config.tenant_urls"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "ui.forms.FormRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.frame",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "lucide.templatetags.lucide",
                "ui.templatetags.tenure",
            ],
        },
    }
]

# --- Data -------------------------------------------------------------------------------------


def _database(**settings: Any) -> dict[str, Any]:
    return {
        "ENGINE": "config.database",
        "CONN_MAX_AGE": 0 if TESTING else 60,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "DISABLE_SERVER_SIDE_CURSORS": env.bool("DISABLE_SERVER_SIDE_CURSORS", False),
        "OPTIONS": {
            # A killed client frees its locks at once.
            "options": "-c client_connection_check_interval=5s -c timezone=UTC",
            "application_name": "tenure",
        },
        **settings,
    }


EMBEDDED_DATABASE = not env.str("DATABASE_URL", "")
EMBEDDED_REDIS = not env.str("REDIS_URL", "")
DATABASE_OWNER: dict[str, Any] | None
if EMBEDDED_DATABASE:
    DATABASES = {"default": _database(**embedded.database(DATA_DIR, embedded.APPLICATION))}
    DATABASE_OWNER = embedded.database(DATA_DIR, embedded.OWNER)
else:
    _given = env.db_url("DATABASE_URL")
    _options = _given.pop("OPTIONS", {})
    DATABASES = {"default": _database(**{**_given, "ENGINE": "config.database"})}
    DATABASES["default"]["OPTIONS"].update(_options)
    DATABASE_OWNER = env.db_url("DATABASE_OWNER_URL") if env.str("DATABASE_OWNER_URL", "") else None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = embedded.redis_url(DATA_DIR) if EMBEDDED_REDIS else env.str("REDIS_URL")
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "tenure",
    }
}
if TESTING:
    # Tests empty their cache; neither the broker nor the tests that run beside them may notice.
    _worker = env.str("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    CACHES["default"]["OPTIONS"] = {"db": 1 + int(_worker)}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

# --- Work in the background: the database is the truth, Celery carries ids -----------------------

CELERY_BROKER_URL = (
    REDIS_URL.replace("unix://", "redis+socket://", 1)
    if REDIS_URL.startswith("unix://")
    else REDIS_URL
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
# Whom else to tell of nights that fail, as addresses of apprise, separated by spaces.
ALERT_URLS = env.str("ALERT_URLS", "").split()
# Who may read /metrics: a bearer token. Empty: nobody.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
# A worker reads all of these in turn unless told otherwise (--queues).
CELERY_TASK_QUEUES = (Queue("celery"), Queue("long"))
CELERY_TASK_DEFAULT_QUEUE = "celery"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_TIME_LIMIT = 6 * 60 * 60
# Longer than the longest task, or the broker would hand a running task to a second worker.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 12 * 60 * 60}
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
# Beat only wakes the sweepers; they ask the database what is due. Two beats do no harm.
CELERY_BEAT_SCHEDULE = {
    "sweep nights": {"task": "segmentation.tasks.sweep_nights", "schedule": schedule(30.0)},
    "sweep ingestion": {
        "task": "segmentation.tasks.sweep_ingestion",
        "schedule": schedule(5.0),
        # What waits behind a long night need not be done often afterwards.
        "options": {"expires": 30},
    },
    "sweep faces": {"task": "projects.tasks.sweep_faces", "schedule": schedule(15 * 60.0)},
    "sweep gates": {"task": "projects.tasks.sweep_gates", "schedule": schedule(15 * 60.0)},
    "sweep weeklies": {
        "task": "projects.tasks.sweep_weeklies",
        "schedule": schedule(15 * 60.0),
    },
    "sweep renewals": {
        "task": "service.tasks.sweep_renewals",
        "schedule": schedule(5 * 60.0),
    },
    "sweep surveys": {"task": "service.tasks.sweep_surveys", "schedule": schedule(60.0)},
    "sweep plays": {"task": "service.tasks.sweep_plays", "schedule": schedule(30.0)},
    "sweep request letters": {
        "task": "service.tasks.sweep_request_letters",
        "schedule": schedule(30.0),
    },
    "sweep request digests": {
        "task": "service.tasks.sweep_request_digests",
        "schedule": schedule(15 * 60.0),
    },
    "sweep reports": {"task": "reports.tasks.sweep_reports", "schedule": schedule(60.0)},
    "sweep figures": {"task": "reports.tasks.sweep_figures", "schedule": schedule(300.0)},
    "sweep cases": {"task": "service.tasks.sweep_cases", "schedule": schedule(60.0)},
    "sweep loads": {"task": "accounts.tasks.sweep_loads", "schedule": schedule(15.0)},
    "sweep digests": {"task": "accounts.tasks.sweep_digests", "schedule": schedule(5 * 60.0)},
    "sweep bounces": {"task": "accounts.tasks.sweep_bounces", "schedule": schedule(5 * 60.0)},
    "sweep channels": {"task": "accounts.tasks.sweep_channels", "schedule": schedule(30.0)},
    "sweep old": {"task": "accounts.tasks.sweep_old", "schedule": schedule(6 * 60 * 60.0)},
    "sweep load sources": {
        "task": "accounts.tasks.sweep_load_sources",
        "schedule": schedule(20.0),
    },
    "sweep webhooks": {"task": "accounts.tasks.sweep_webhooks", "schedule": schedule(10.0)},
    "sweep mail": {"task": "accounts.tasks.sweep_mail", "schedule": schedule(20.0)},
}

# --- People -------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 10}  # type: ignore[assignment]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # people come by invitation, which proves the address
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_PREVENT_ENUMERATION = True
# A changed password or second factor is told to the owner of the account.
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Proxies in front that append to X-Forwarded-For. With 0 everybody behind a proxy shares one rate
# limit for signing in and for invitation links.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)
MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Tenure"
# Nobody signs up here: an address is an invitation's or the operator's, and need not be proved again.
MFA_ALLOW_UNVERIFIED_EMAIL = True

# --- API ----------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.rest.tokens.TokenAuthentication"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["accounts.rest.bodies.JsonBody"],
    "DEFAULT_SCHEMA_CLASS": "accounts.rest.schema.ResourceSchema",
    "EXCEPTION_HANDLER": "accounts.rest.problems.handle",
    "UNAUTHENTICATED_USER": None,
    # `?format=` is a parameter like any other.
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Tenure",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "LICENSE": {"name": "MIT", "identifier": "MIT"},
    "SERVERS": [{"url": "/", "description": "This installation"}],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "accounts.rest.document.plainly",
    ],
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "AssignmentRole": "accounts.actions.assignments.ROLES",
        "CoverageState": "accounts.api.coverage.STATES",
        "InvitationState": "accounts.api.invitations.STATES",
        "LetterState": "accounts.models.mail.OutgoingMail.State",
        "ReachRole": "accounts.api.visibility.ROLES",
        "SpecialDayKind": "accounts.calendars.document.KINDS",
        "UnreachableKind": "accounts.models.mail.UnreachableAddress.Kind",
        "WebhookDeliveryState": "accounts.models.webhooks.WebhookDelivery.State",
        "WebhookState": "accounts.api.webhooks.STATES",
        "LoadedKind": "accounts.api.load_rows.KIND_NAMES",
        "AttendanceState": "projects.models.training.Attendance.State",
        "CaseKind": "accounts.models.cases.Case.Kind",
        "CasePriority": "accounts.models.cases.Case.Priority",
        "LoadState": "accounts.models.loads.Load.State",
        "ChangeRequestStanding": "projects.api.change_shapes.STANDINGS",
        "ChangeRequestState": "projects.models.change_requests.ChangeRequest.State",
        "GateStanding": "projects.api.gates.STANDINGS",
        "ClassificationKind": "projects.models.requirements.Classification.Kind",
        "ContactRole": "accounts.models.customers.ContactRole.Kind",
        "GateState": "projects.models.gates.Gate.State",
        "GoalState": "service.models.success_plans.Goal.State",
        "HandoverItemState": "projects.models.handovers.HandoverItem.State",
        "HandoverSection": "projects.models.handovers.Handover.Section",
        "HandoverState": "projects.models.handovers.Handover.State",
        "KpiGoalStanding": "reports.api.goals.STANDINGS",
        "LinkStanding": "projects.api.change_shapes.LINK_STANDINGS",
        "MemberRole": "accounts.models.members.Role",
        "ProjectStage": "projects.queries.portfolio.Stage",
        "ReferralState": "service.models.referrals.Referral.State",
        "RenewalStage": "service.models.renewals.RenewalStage",
        "RenewalState": "service.api.renewals.STATE_CHOICES",
        "LoadSourceFileState": "accounts.models.load_sources.LoadSourceFile.State",
        "ReportKind": "reports.models.reports.Report.Kind",
        "ReportStatus": "reports.models.reports.Report.State",
        "RequestStatus": "service.models.requests.Request.Status",
        "RiskLevel": "projects.models.risks.Level",
        "RiskKind": "projects.models.risks.Risk.Kind",
        "RiskState": "projects.models.risks.Risk.State",
        "Side": "projects.models.plans.Side",
        "SurveyKind": "service.models.surveys.SurveyKind",
        "TaskState": "projects.models.plans.Task.State",
        "TrainingKind": "projects.models.training.TrainingSession.Kind",
        "WeeklyState": "projects.models.weeklies.WeeklyReport.State",
        "WordsKind": "service.models.cases.CaseEntry.Kind",
        "DeadLetterState": "segmentation.models.ingestion.DeadLetter.State",
        "EventKind": "segmentation.models.ingestion.EventRule.Kind",
        "HeldKind": "segmentation.models.ingested_identities.HeldEvent.Kind",
        "MoveKind": "segmentation.models.assignments.Move.Kind",
        "NightAlarmKind": "segmentation.models.alarms.NightAlarm.Kind",
        "NightState": "segmentation.models.nights.Night.State",
        "ReportSection": "reports.compute.report_templates.SECTIONS",
        "StrategyKind": "segmentation.models.strategies.StrategyText.Kind",
    },
}

# --- Mail -----------------------------------------------------------------------------------------

_mail = env.email_url("EMAIL_URL", default="consolemail://")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
for _name in ("EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD"):
    if _mail.get(_name):
        globals()[_name] = _mail[_name]
if _mail["EMAIL_BACKEND"].endswith("filebased.EmailBackend"):
    EMAIL_FILE_PATH = f"/{_mail['EMAIL_FILE_PATH']}"
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Tenure <tenure@localhost>")
# Where letters come back to; each letter adds +… before the @. Empty: to the sender's address.
MAIL_BOUNCE_ADDRESS = env.str("MAIL_BOUNCE_ADDRESS", "")

# The mailbox that they come back to, e.g. imaps://user:password@mail.example.com/INBOX.
BOUNCE_IMAP_URL = env.str("BOUNCE_IMAP_URL", "")
# What a mail provider that posts to /mail/bounces/ has to send along. Empty: there is no such page.
BOUNCE_TOKEN = env.str("BOUNCE_TOKEN", "")
# Whether tenants' channels for Teams may lead to any host, also inside the network.
CHANNELS_ANYWHERE = env.bool("CHANNELS_ANYWHERE", False)
# Whether tenants' webhooks may lead into the network, and use HTTP without TLS and any port.
WEBHOOK_ALLOW_PRIVATE = env.bool("WEBHOOK_ALLOW_PRIVATE", False)
# Where tenants' folders for loads are, each called as its tenant. Empty: there are none.
LOAD_FOLDER_ROOT = env.str("LOAD_FOLDER_ROOT", "")
# Whether tenants' buckets may be inside the network, and be asked by HTTP without TLS on any port.
LOAD_BUCKET_ALLOW_PRIVATE = env.bool("LOAD_BUCKET_ALLOW_PRIVATE", False)

# --- Language and time ----------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Static files ---------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / ".static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "ui.staticfiles.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG or TESTING
# A load's file arrives in one request; beyond this the command line is the way.
LOAD_UPLOAD_LIMIT_BYTES = env.int("LOAD_UPLOAD_LIMIT_BYTES", 200 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- Security -------------------------------------------------------------------------------------

# Behind a proxy that speaks HTTPS; `make run` on loopback has none.
HTTPS = env.bool("HTTPS", False)
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    "security.W004",  # HSTS belongs to HTTPS=1
    "security.W008",
    "security.W012",
    "security.W016",
]

LOGGING = logging_configuration(level=env.str("LOG_LEVEL", "INFO"), as_json=not DEBUG)
LOGGING_CONFIG = "logging.config.dictConfig"
