#!/bin/sh
# Starts pgAdmin. Its own entry point sets the login only while the volume is empty. When a new
# container finds a volume in use, as after an edit of .env, this first sets the login of .env.
set -eu

setup() { /venv/bin/python3 /pgadmin4/setup.py "$@"; }

# pgAdmin's command prints nothing if all is well, and ends with status 0 even if it refuses.
set_login() {
  answer=$(setup update-user "$PGADMIN_DEFAULT_EMAIL" --password="$PGADMIN_DEFAULT_PASSWORD" --admin --no-console)
  if [ "$answer" = 'User not found' ]; then
    answer=$(setup add-user --admin --no-console -- "$PGADMIN_DEFAULT_EMAIL" "$PGADMIN_DEFAULT_PASSWORD")
  fi
  [ -z "$answer" ] || echo "pgAdmin refused the login in .env, so the earlier one stays: $answer" >&2
}

# The entry point fills config_distro.py, which is in no volume, when a container first starts.
if [ -f /var/lib/pgadmin/pgadmin4.db ] && ! [ -s /pgadmin4/config_distro.py ]; then
  set_login
fi
exec /entrypoint.sh
