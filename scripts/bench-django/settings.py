import os
from urllib.parse import unquote, urlsplit

_url = urlsplit(os.environ["WAREHOUSE_URL"])

SECRET_KEY = "bench"
DEBUG = False  # Debug mode keeps every query in memory.
USE_TZ = True
TIME_ZONE = "UTC"
INSTALLED_APPS = ["older"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": _url.hostname,
        "PORT": _url.port,
        "USER": _url.username,
        "PASSWORD": unquote(_url.password or ""),
        "NAME": _url.path[1:],
        "OPTIONS": {"options": "-c search_path=orchestration", "sslmode": "disable"},
    }
}
