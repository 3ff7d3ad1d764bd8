#!/bin/bash
# Initialises an empty data directory, then becomes the server. Its contract is that
# of the public image: mirror/README.md.
set -euo pipefail

# from_file NAME DEFAULT: sets an empty NAME from the file that NAME_FILE names (for
# secrets), or to the default.
from_file() {
  local name=$1 file=$1_FILE
  if [[ -n ${!name:-} && -n ${!file:-} ]]; then
    echo "error: both $name and $file are set; set one." >&2
    exit 1
  fi
  if [[ -z ${!name:-} && -n ${!file:-} ]]; then
    printf -v "$name" '%s' "$(<"${!file}")"
  fi
  [[ -n ${!name:-} ]] || printf -v "$name" '%s' "$2"
  export "${name?}"
  unset "$file"
}

prepare_directories() {
  mkdir -p "$PGDATA" /var/run/postgresql
  # Some kinds of mount refuse this; then the server decides whether to accept them.
  chmod 0700 "$PGDATA" || true
  chmod 3775 /var/run/postgresql || true
  if [[ $(id -u) == 0 ]]; then
    find "$PGDATA" /var/run/postgresql ! -user postgres -exec chown postgres '{}' +
  fi
}

check_password() {
  if [[ -z $POSTGRES_PASSWORD && $POSTGRES_HOST_AUTH_METHOD != trust ]]; then
    echo 'Error: the database is empty and has no superuser password yet: set POSTGRES_PASSWORD' >&2
    echo '(or POSTGRES_PASSWORD_FILE, or POSTGRES_HOST_AUTH_METHOD=trust to go without).' >&2
    exit 1
  fi
  if [[ $POSTGRES_HOST_AUTH_METHOD == trust ]]; then
    echo 'WARNING: POSTGRES_HOST_AUTH_METHOD=trust: anyone who reaches the port can log in.' >&2
  fi
}

init_cluster() {
  local arguments=()
  # In the public image this is shell text with working quotes; hence eval.
  eval "arguments=(${POSTGRES_INITDB_ARGS:-})"
  # The newline lets initdb read even an empty password.
  initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") \
    ${POSTGRES_INITDB_WALDIR:+--waldir="$POSTGRES_INITDB_WALDIR"} "${arguments[@]}"
}

# allow_hosts POSTGRES-ARGUMENTS…: allows TCP from anywhere, with the kind of
# password that the server will store.
allow_hosts() {
  local method=$POSTGRES_HOST_AUTH_METHOD
  [[ -n $method ]] || method=$(postgres -C password_encryption "$@")
  printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
}

# The server that runs the init files listens on its unix socket only, so that a
# client that waits over TCP never reaches a server that is about to stop.
start_temporary() {
  PGUSER=${PGUSER:-$POSTGRES_USER} pg_ctl -D "$PGDATA" -w start \
    -o "$(printf '%q ' "$@" -c listen_addresses= -p "${PGPORT:-5432}")"
}

stop_temporary() {
  PGUSER=${PGUSER:-postgres} pg_ctl -D "$PGDATA" -m fast -w stop
}

# sql ARGUMENTS…: runs psql on the temporary server. A sourced init script may call
# it by its public name, docker_process_sql.
sql() {
  PGHOST='' PGHOSTADDR='' psql -v ON_ERROR_STOP=1 --no-password --no-psqlrc \
    --username "$POSTGRES_USER" ${POSTGRES_DB:+--dbname "$POSTGRES_DB"} "$@"
}
docker_process_sql() { sql "$@"; }

create_database() {
  local query="SELECT 1 FROM pg_database WHERE datname = :'db'"
  # psql takes the last of two --dbname: $POSTGRES_DB does not exist yet.
  if [[ -z $(sql --dbname postgres -At --set db="$POSTGRES_DB" <<<"$query") ]]; then
    sql --dbname postgres --set db="$POSTGRES_DB" <<<'CREATE DATABASE :"db"'
  fi
}

run_init_files() {
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh)
        if [[ -x $file ]]; then
          echo "$0: running $file"
          "$file"
        else
          # As the public image does with a script that is not executable, and
          # with its looser shell options, which scripts may rely on.
          echo "$0: sourcing $file"
          set +u
          # shellcheck disable=SC1090 # known only at run time
          source "$file"
          set -u
        fi
        ;;
      *.sql) echo "$0: running $file" && sql -f "$file" ;;
      *.sql.gz) echo "$0: running $file" && gunzip -c "$file" | sql ;;
      *.sql.xz) echo "$0: running $file" && xzcat "$file" | sql ;;
      *.sql.zst) echo "$0: running $file" && zstd -dc "$file" | sql ;;
      *'/*') ;; # the directory is empty
      *) echo "$0: ignoring $file" ;;
    esac
  done
}

# With these options the server only prints something and needs no database.
only_prints() {
  local argument
  for argument in "$@"; do
    case $argument in
      -'?' | --help | --describe-config | -V | --version) return 0 ;;
    esac
  done
  return 1
}

main() {
  [[ ${1:-} != -* ]] || set -- postgres "$@"
  if [[ ${1:-} == postgres ]] && ! only_prints "$@"; then
    prepare_directories
    # Start over as postgres: the server refuses to run as root.
    [[ $(id -u) != 0 ]] || exec gosu postgres "${BASH_SOURCE[0]}" "$@"
    from_file POSTGRES_PASSWORD ''
    from_file POSTGRES_USER postgres
    from_file POSTGRES_DB "$POSTGRES_USER"
    from_file POSTGRES_INITDB_ARGS ''
    : "${POSTGRES_HOST_AUTH_METHOD:=}"
    if [[ -s $PGDATA/PG_VERSION ]]; then
      echo 'PostgreSQL Database directory appears to contain a database; Skipping initialization'
    else
      check_password
      # Fail on unreadable init files before initdb, not after it.
      ls /docker-entrypoint-initdb.d/ >/dev/null
      init_cluster
      allow_hosts "${@:2}"
      export PGPASSWORD=${PGPASSWORD:-$POSTGRES_PASSWORD}
      start_temporary "${@:2}"
      create_database
      run_init_files
      stop_temporary
      unset PGPASSWORD
      echo 'PostgreSQL init process complete; ready for start up.'
    fi
  fi
  exec "$@"
}

main "$@"
