#!/bin/bash
# Sets pgAdmin up at its first start, then becomes gunicorn. Its contract is that of
# the public image: mirror/README.md.
set -euo pipefail

python=/venv/bin/python3
config=${PGADMIN_CUSTOM_CONFIG_DISTRO_FILE:-/pgadmin4/config_distro.py}
export CONFIG_DISTRO_FILE_PATH=$config
server_mode=${PGADMIN_CONFIG_SERVER_MODE:-True}

if [[ -n ${PGADMIN_DEFAULT_PASSWORD_FILE:-} ]]; then
  [[ -z ${PGADMIN_DEFAULT_PASSWORD:-} ]] || {
    echo 'error: both PGADMIN_DEFAULT_PASSWORD and PGADMIN_DEFAULT_PASSWORD_FILE are set; set one.' >&2
    exit 1
  }
  PGADMIN_DEFAULT_PASSWORD=$(<"$PGADMIN_DEFAULT_PASSWORD_FILE")
fi

# Writes each PGADMIN_CONFIG_NAME=value as `NAME = value` into pgAdmin's own
# configuration. The value is Python, except that true and false need no capital.
write_config() {
  local variable value
  cat <<'PYTHON'
CA_FILE = '/etc/ssl/certs/ca-certificates.crt'
LOG_FILE = '/dev/null'
DEFAULT_BINARY_PATHS = {'pg': '/usr/local/pgsql-17', 'pg-17': '/usr/local/pgsql-17'}
PYTHON
  while IFS= read -r variable; do
    value=${!variable}
    case ${value,,} in
      true) value=True ;;
      false) value=False ;;
    esac
    printf '%s = %s\n' "${variable#PGADMIN_CONFIG_}" "$value"
  done < <(compgen -e | grep '^PGADMIN_CONFIG_' | sort)
}
# Only at a container's first start; the file is not in the volume.
[[ -s $config ]] || write_config >"$config"

# The option that names the user whose servers are loaded. Desktop mode has one
# user, without a name.
for_user=()
[[ $server_mode == False ]] || for_user=(--user "${PGADMIN_DEFAULT_EMAIL:-}")

load_servers() {
  local file=${PGADMIN_SERVER_JSON_FILE:-/pgadmin4/servers.json}
  [[ -f $file ]] || return 0
  local replace=()
  [[ ${PGADMIN_REPLACE_SERVERS_ON_STARTUP:-} != True ]] || replace=(--replace)
  "$python" /pgadmin4/setup.py load-servers "$file" "${for_user[@]}" "${replace[@]}"
}

load_preferences() {
  local file=${PGADMIN_PREFERENCES_JSON_FILE:-/pgadmin4/preferences.json} user=${PGADMIN_DEFAULT_EMAIL:-}
  [[ -f $file ]] || return 0
  [[ $server_mode != False ]] || user=$(cd /pgadmin4 && "$python" -c 'import config; print(config.DESKTOP_USER)')
  "$python" /pgadmin4/setup.py set-prefs "$user" --input-file "$file"
}

# Copies the password file to where pgAdmin looks for a user's files. libpq ignores
# it if others may read it.
copy_pgpass() {
  [[ -n ${PGPASS_FILE:-} && -f $PGPASS_FILE ]] || return 0
  local dir=/var/lib/pgadmin
  [[ $server_mode == False ]] || dir=/var/lib/pgadmin/storage/${PGADMIN_DEFAULT_EMAIL//@/_}
  mkdir -p "$dir"
  install -m 0600 "$PGPASS_FILE" "$dir/.pgpass"
}

check_email() {
  (cd /pgadmin4/pgadmin/utils && "$python" - "$PGADMIN_DEFAULT_EMAIL" <<'PYTHON'
import ast
import os
import sys

from validation_utils import validate_email


def setting(name, default):
    return ast.literal_eval(os.environ.get("PGADMIN_CONFIG_" + name) or default)


email = sys.argv[1]
checks = {
    "CHECK_EMAIL_DELIVERABILITY": setting("CHECK_EMAIL_DELIVERABILITY", "False"),
    "ALLOW_SPECIAL_EMAIL_DOMAINS": setting("ALLOW_SPECIAL_EMAIL_DOMAINS", "[]"),
    "GLOBALLY_DELIVERABLE": setting("GLOBALLY_DELIVERABLE", "True"),
}
if not validate_email(email, checks):
    sys.exit(f"PGADMIN_DEFAULT_EMAIL: '{email}' does not appear to be a valid email address.")
PYTHON
  )
}

if [[ ! -f /var/lib/pgadmin/pgadmin4.db ]]; then
  if [[ -z ${PGADMIN_DEFAULT_EMAIL:-} || -z ${PGADMIN_DEFAULT_PASSWORD:-} ]]; then
    echo 'PGADMIN_DEFAULT_EMAIL and PGADMIN_DEFAULT_PASSWORD (or PGADMIN_DEFAULT_PASSWORD_FILE) are required.' >&2
    exit 1
  fi
  check_email
  # Importing the application creates its database, with this first user.
  (cd /pgadmin4 && PGADMIN_SETUP_EMAIL=$PGADMIN_DEFAULT_EMAIL PGADMIN_SETUP_PASSWORD=$PGADMIN_DEFAULT_PASSWORD \
    "$python" run_pgadmin.py)
  load_servers
  load_preferences
  copy_pgpass
elif [[ ${PGADMIN_REPLACE_SERVERS_ON_STARTUP:-} == True ]]; then
  load_servers
fi

# Port 80 needs the Python with the capability to bind it. Without new
# privileges, or with that capability dropped, the public image takes 8080.
gunicorn_python=/venv/bin/python3-cap
bounding=$((16#$(awk '/^CapBnd:/ { print $2 }' /proc/self/status)))
if grep -q '^NoNewPrivs:[[:space:]]*1' /proc/self/status || ((!(bounding & 0x400))); then
  gunicorn_python=$python
  : "${PGADMIN_LISTEN_PORT:=8080}"
fi

# One worker, because sessions live in its memory. A request may last as long as a session.
timeout=$(cd /pgadmin4 && "$python" -c 'import config; print(config.SESSION_EXPIRATION_TIME * 24 * 60 * 60)')
cd /pgadmin4
exec "$gunicorn_python" /venv/bin/gunicorn -w 1 --threads "${GUNICORN_THREADS:-25}" --timeout "$timeout" \
  --bind "${PGADMIN_LISTEN_ADDRESS:-[::]}:${PGADMIN_LISTEN_PORT:-80}" \
  --limit-request-line "${GUNICORN_LIMIT_REQUEST_LINE:-8190}" \
  --limit-request-fields "${GUNICORN_LIMIT_REQUEST_FIELDS:-100}" \
  --limit-request-field_size "${GUNICORN_LIMIT_REQUEST_FIELD_SIZE:-8190}" \
  --access-logfile "${GUNICORN_ACCESS_LOGFILE:--}" -c gunicorn_config.py run_pgadmin:app
