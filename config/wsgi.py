"""The application that gunicorn serves."""

import os

from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def start() -> WSGIHandler:
    """Django's application; refuses to start without a secret key."""
    from django.conf import settings

    application = get_wsgi_application()
    try:
        _ = settings.SECRET_KEY
    except ImproperlyConfigured:
        raise ImproperlyConfigured(
            "There is no secret key: set REPLAYBOOK_SECRET_KEY, or run manage.py first_user, which makes one."
        ) from None
    return application


application = start()
