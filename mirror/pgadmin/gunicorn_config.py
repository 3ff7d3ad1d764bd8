"""Gunicorn's settings that do not come from the environment."""

import gunicorn

gunicorn.SERVER_SOFTWARE = "Python"  # not its version
