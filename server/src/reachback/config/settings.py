"""Django's settings, read from the environment once; every variable starts with REACHBACK_."""

import secrets
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from reachback.config import databases, rooms
from reachback.config.environment import envbool, envint, envlist, envpath, envsecret, envtext

PACKAGE = Path(__file__).resolve().parent.parent

# The installation ---------------------------------------------------------------------------------
REACHBACK_DATA = envpath("REACHBACK_DATA", default=Path("var"))
REACHBACK_DEMO = envbool("REACHBACK_DEMO", default=False)
#: Slow work inside a write transaction raises instead of being logged.
REACHBACK_STRICT = envbool("REACHBACK_STRICT", default=False)
REACHBACK_NODE = envtext("REACHBACK_NODE", "main")
WEB_THREADS = envint("REACHBACK_WEB_THREADS", default=8, least=1)

_RUN = REACHBACK_DATA / "run"
WEB_SOCKET = envpath("REACHBACK_WEB_SOCKET", default=_RUN / "web.sock")
FRONT_SOCKET = envpath("REACHBACK_FRONT_SOCKET", default=_RUN / "front.sock")
FRONT_SECRET = envpath("REACHBACK_FRONT_SECRET_FILE", default=_RUN / "front.secret")
ADMIN_SOCKET = envpath("REACHBACK_ADMIN_SOCKET", default=_RUN / "admin.sock")

# Secrets ------------------------------------------------------------------------------------------
SECRET_KEY_FILE = REACHBACK_DATA / "keys" / "secret_key"


def _secret_key() -> str:
    given = envsecret("REACHBACK_SECRET_KEY")
    if given:
        return given
    if SECRET_KEY_FILE.exists():
        return SECRET_KEY_FILE.read_text("ascii").strip()
    return secrets.token_hex(32)  # this process only; `reachback serve` writes the lasting one


SECRET_KEY = _secret_key()

#: What unwraps the keys of recordings: given, printed by a command, or in the file.
RECORDS_KEY = envsecret("REACHBACK_RECORDS_KEY")
RECORDS_KEY_COMMAND = envtext("REACHBACK_RECORDS_KEY_COMMAND", "")
RECORDS_KEY_FILE = REACHBACK_DATA / "keys" / "records_key"

# Rooms --------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    *(f"reachback.{room}" for room in rooms.ROOMS),
    "reachback.config",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
]
AUTH_USER_MODEL = "people.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "reachback.config.headers.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "reachback.people.web.middleware.SignedInDevices",
    "django_htmx.middleware.HtmxMiddleware",
    "reachback.people.web.middleware.ActorMiddleware",
    "reachback.config.failures.SpokenErrors",
    *(["reachback.config.demo.front_page.StoryFirst"] if REACHBACK_DEMO else []),
]
ROOT_URLCONF = "reachback.config.urls"
WSGI_APPLICATION = "reachback.config.wsgi.application"
SILENCED_SYSTEM_CHECKS: list[str] = []

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [
            *(PACKAGE / room / "web" / "templates" for room in rooms.ROOMS),
            PACKAGE / "config" / "templates",
            PACKAGE / "config" / "demo" / "templates",
        ],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "django.template.context_processors.csrf",
                "reachback.ui.pages.shell",
            ],
        },
    },
]

# Data ---------------------------------------------------------------------------------------------
_DATABASE_URL = envsecret("REACHBACK_DATABASE_URL")
DATABASES = {
    "default": databases.from_url(_DATABASE_URL)
    if _DATABASE_URL
    else databases.sqlite(REACHBACK_DATA / "reachback.sqlite3"),
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Language and time --------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Chinese (simplified)")), ("nb", _("Norwegian"))]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# The web ------------------------------------------------------------------------------------------
ALLOWED_HOSTS = [
    *envlist("REACHBACK_HOSTS", default=(".localhost", "localhost", "127.0.0.1", "[::1]")),
    "front.internal",  # how the front calls the web process on its socket
]
STATIC_URL = "/static/"
STATIC_ROOT = envpath("REACHBACK_STATIC", default=REACHBACK_DATA / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "reachback.ui.static_files.RememberedAddresses"},
}
APPEND_SLASH = True
# Only the front can reach the web process, and it writes this header itself.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Names of the web pages that are opened through devices; the front serves them (front.md).
TUNNEL_HOSTS = envtext("REACHBACK_TUNNEL_HOSTS", "")
# No cookie names a domain: each host (ops., tech., hotel.) keeps its own sign-in.
_TLS = envbool("REACHBACK_TLS", default=False)
SESSION_COOKIE_NAME = "reachback_session"
SESSION_COOKIE_SECURE = _TLS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "reachback.ui.web.errors.csrf_failure"
CSRF_COOKIE_NAME = "reachback_csrf"
CSRF_COOKIE_SECURE = _TLS
CSRF_COOKIE_SAMESITE = "Lax"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# Signing in ---------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_ADAPTER = "reachback.people.web.adapter.AccountAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Reachback"
#: One half minute either way: RFC 6238, section 5.2, for a code typed as its time runs out.
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = REACHBACK_DEMO  # http://*.localhost
USERSESSIONS_TRACK_ACTIVITY = True

# Mail ---------------------------------------------------------------------------------------------
EMAIL_BACKEND = "reachback.delivery.backend.DeliveryBackend"
#: Without a host, mail is kept as files below the data folder (the demo).
EMAIL_HOST = envtext("REACHBACK_SMTP_HOST", "")
EMAIL_PORT = envint("REACHBACK_SMTP_PORT", default=25, least=1)
EMAIL_HOST_USER = envtext("REACHBACK_SMTP_USER", "")
EMAIL_HOST_PASSWORD = envsecret("REACHBACK_SMTP_PASSWORD") or ""
EMAIL_USE_TLS = envbool("REACHBACK_SMTP_STARTTLS", default=False)
EMAIL_USE_SSL = envbool("REACHBACK_SMTP_TLS", default=False)
REACHBACK_PUSH_SERVICES = envlist("REACHBACK_PUSH_SERVICES", default=())
DEFAULT_FROM_EMAIL = envtext("REACHBACK_MAIL_FROM", "Reachback <support@localhost>")

# Scanner ------------------------------------------------------------------------------------------
#: Where clamd listens, `unix:/PATH` or `HOST:PORT`; "" for none.
SCANNER = envtext("REACHBACK_SCANNER", "")
SCANNER_LIMIT = envint("REACHBACK_SCANNER_LIMIT", default=25, least=1)
SCANNER_DATABASE_DAYS = envint("REACHBACK_SCANNER_DATABASE_DAYS", default=7)

# Logs ---------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": envtext("REACHBACK_LOG_LEVEL", "INFO")},
}
