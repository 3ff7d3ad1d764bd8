"""The WSGI application that gunicorn serves: pgAdmin in server mode."""

import builtins

builtins.SERVER_MODE = True

from pgAdmin4 import app  # noqa: E402,F401  (the mode must be set first)
