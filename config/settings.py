"""All of Django's settings, in one file. What differs between installations comes from the environment.

REPLAYBOOK_DATA           folder of everything that is written (default: var beside this project)
REPLAYBOOK_SECRET_KEY     else the file secret-key there
REPLAYBOOK_DEBUG          1 shows tracebacks in the browser; never where others can reach it
REPLAYBOOK_HOSTS          names under which it is reached (default: loopback)
REPLAYBOOK_ORIGINS        origins that may post forms, where a proxy changes scheme or port
REPLAYBOOK_SCHEME         http or https, as the browser sees it: decides names and flags of cookies, and HSTS
REPLAYBOOK_UPLOAD_LIMIT   bytes of one capture (default 10 GB)
REPLAYBOOK_LAB            folder of the lab's images (default: lab in the data folder)
REPLAYBOOK_REPLAYS        daily, off, or hours: how often each experiment is replayed (default: daily)
REPLAYBOOK_FOUR_EYES      0 lets curators approve their own words (default: 1, somebody else approves)
REPLAYBOOK_BROKER         redis://… redis+socket:///… filesystem:///folder (default: files in the data folder)
DATABASE_URL              postgresql://… (default: SQLite in the data folder)
REDIS_URL                 goes before REPLAYBOOK_BROKER
"""

from pathlib import Path

from config import environment

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = environment.folder("REPLAYBOOK_DATA", BASE_DIR / "var")

# What is served, and to whom
SECRET_KEY = environment.secret("REPLAYBOOK_SECRET_KEY", DATA_DIR / "secret-key")
DEBUG = environment.flag("REPLAYBOOK_DEBUG")
ALLOWED_HOSTS = environment.hosts("REPLAYBOOK_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = environment.origins("REPLAYBOOK_ORIGINS")
HTTPS = environment.choice("REPLAYBOOK_SCHEME", "http", among=("http", "https")) == "https"
UPLOAD_LIMIT = environment.number("REPLAYBOOK_UPLOAD_LIMIT", 10 * 10**9, least=1)

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "ninja",
    "kb",
    "experiments",
    "workers",
]
MIDDLEWARE = [
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kb.middleware.never_stored",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kb.middleware.in_readers_language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
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
            ]
        },
    }
]

# Where rows and files live
DATABASES = {"default": environment.database("DATABASE_URL", DATA_DIR / "db.sqlite3")}
MEDIA_ROOT = DATA_DIR / "media"
LAB_ROOT = environment.folder("REPLAYBOOK_LAB", DATA_DIR / "lab")
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True  # no collectstatic step
WHITENOISE_AUTOREFRESH = DEBUG

# No page takes files, except where a view has settled who asks and put kb.uploads.StreamToDisk in place.
FILE_UPLOAD_HANDLERS = ["kb.uploads.RefuseFiles"]

# Who is asking
AUTH_USER_MODEL = "kb.User"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Cookies: the prefix __Host- binds them to this host and to TLS, so it exists only with https.
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
LANGUAGE_COOKIE_NAME = "__Host-language" if HTTPS else "language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600  # seconds

# Who reviews: with four eyes nobody approves what they wrote themselves.
FOUR_EYES = environment.flag("REPLAYBOOK_FOUR_EYES", default=True)

# Headers
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = False  # behind a proxy plain http never reaches us, and health checks must
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for subdomains: they are not ours to speak for
    "security.W008",  # redirect to https: the TLS proxy's work, see SECURE_SSL_REDIRECT
    "security.W021",  # HSTS preload: likewise
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# Words and times
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ja", "日本語")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Jobs. The row in the database is the truth, a message is only a doorbell: no results are kept in Celery.
CELERY_BROKER_URL, BROKER_FOLDER = environment.broker(
    environment.text("REDIS_URL"), environment.text("REPLAYBOOK_BROKER"), DATA_DIR / "broker"
)
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"folder": str(BROKER_FOLDER), "polling_interval": 0.2}  # seconds from message to worker, at most
    if BROKER_FOLDER
    else {
        # An upload does not wait for a broker that is away: at most one second try, after 0.1 seconds.
        "socket_connect_timeout": 2,
        "socket_timeout": 10,
        "max_retries": 1,
        "interval_start": 0.1,
    }
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker outlives its broker, however long that is away
CELERY_TASK_PUBLISH_RETRY = False  # the sweep is the retry
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False  # the row decides, not the connection
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # nobody asks workers over the broker; pages read the rows
CELERY_TASK_DEFAULT_QUEUE = "captures"
CELERY_TASK_QUEUES: dict[str, dict[str, str]] = {
    "captures": {},
    "house": {},  # the reaper does not wait behind five hundred captures
    "lab": {},  # and no capture waits behind a replay
}
CELERY_TASK_ROUTES = {
    "workers.reap": {"queue": "house"},
    "workers.sweep": {"queue": "house"},
    "workers.replay_due": {"queue": "house"},
    "workers.replay": {"queue": "lab"},
    "workers.diagnose_our_own": {"queue": "lab"},
}
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # in memory: nothing to remember, no file to spoil
CELERY_BEAT_SCHEDULE = {
    "reap": {"task": "workers.reap", "schedule": 15.0, "options": {"expires": 15.0}},
    "sweep": {"task": "workers.sweep", "schedule": 3600.0, "options": {"expires": 3600.0}},
    "replay_due": {"task": "workers.replay_due", "schedule": 60.0, "options": {"expires": 60.0}},
}
# Hours after which a proof is old and the lab, when it is idle, replays the experiment; 0: never by itself.
REPLAY_EVERY_HOURS = environment.hours("REPLAYBOOK_REPLAYS", "daily")

NINJA_PAGINATION_PER_PAGE = 100
NINJA_PAGINATION_MAX_LIMIT = 1000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "kb.logs.OneLine", "format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"django": {"handlers": ["stderr"], "level": "INFO", "propagate": False}},
}
