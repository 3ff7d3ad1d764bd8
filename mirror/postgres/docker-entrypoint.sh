#!/bin/bash
# Initialises an empty data directory, then becomes the server.
#
# What the public image does and promises, written anew: see mirror/README.md.
set -euo pipefail

# from_file NAME DEFAULT: NAME, or the contents of the file named by NAME_FILE
# (for secrets), or the default.
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
  # Some kinds of mount cannot be changed; the server itself judges then.
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
    echo 'WARNING: POSTGRES_HOST_AUTH_METHOD=trust: whoever reaches the port needs no password.' >&2
  fi
}

init_cluster() {
  local arguments=()
  # Shell text in the public image, where quotes work; hence eval.
  eval "arguments=(${POSTGRES_INITDB_ARGS:-})"
  # The line end lets initdb read an empty password, too.
  initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") \
    ${POSTGRES_INITDB_WALDIR:+--waldir="$POSTGRES_INITDB_WALDIR"} "${arguments[@]}"
}

# allow_hosts POSTGRES-ARGUMENTS…: TCP from anywhere, with the kind of password
# the server is going to store.
allow_hosts() {
  local method=$POSTGRES_HOST_AUTH_METHOD
  [[ -n $method ]] || method=$(postgres -C password_encryption "$@")
  printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
}

# The server that runs the init files hears only its unix socket: whoever waits
# for the database over TCP is not answered by one that is about to stop.
start_temporary() {
  PGUSER=${PGUSER:-$POSTGRES_USER} pg_ctl -D "$PGDATA" -w start \
    -o "$(printf '%q ' "$@" -c listen_addresses= -p "${PGPORT:-5432}")"
}

stop_temporary() {
  PGUSER=${PGUSER:-postgres} pg_ctl -D "$PGDATA" -m fast -w stop
}

# sql ARGUMENTS…: psql on the temporary server. Init scripts that are sourced
# may call it by its public name, docker_process_sql.
sql() {
  PGHOST='' PGHOSTADDR='' psql -v ON_ERROR_STOP=1 --no-password --no-psqlrc \
    --username "$POSTGRES_USER" ${POSTGRES_DB:+--dbname "$POSTGRES_DB"} "$@"
}
docker_process_sql() { sql "$@"; }

create_database() {
  local query="SELECT 1 FROM pg_database WHERE datname = :'db'"
  # Of two --dbname psql takes the later: the database asked for is not there yet.
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
          # As the public image does with a script that is not executable. Its
          # own shell options are looser than these: scripts may count on that.
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

# Options after which the server only prints something need no database.
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
    # Once more from the top as postgres: the server refuses to run as root.
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
      # Unreadable init files are better found before initdb than after it.
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
