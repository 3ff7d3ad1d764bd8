#!/bin/bash
# Creates the database and its owner, who is no superuser, and sets the passwords of the owner and
# the superuser: all as .env names them. Postgres' image runs this when the volume is new. Run it
# again after a change of a name or a password in .env, which a volume does not notice:
#
#   docker compose exec postgres bash /docker-entrypoint-initdb.d/roles.sh
#
# The image may source this script, so it neither exits nor sets other options than the image's own.
set -eo pipefail

# On a Swarm the passwords stand in files.
for password in POSTGRES_PASSWORD POSTGRES_OWNER_PASSWORD; do
  file=${password}_FILE
  [[ -z ${!file:-} ]] || export "$password=$(<"${!file}")"
done

# In a volume of version 0.2.0 the owner is the only superuser.
superuser=$POSTGRES_USER
if ! psql -X -q -d postgres -U "$superuser" -c '' 2>/dev/null; then
  superuser=$POSTGRES_OWNER_USER
fi

# psql reads the passwords from the environment, so that no list of processes shows them. If both
# names are one role's, the owner's password stays.
psql -X -q -v ON_ERROR_STOP=1 -d postgres -U "$superuser" -v superuser="$superuser" \
  -v owner="$POSTGRES_OWNER_USER" -v database="$POSTGRES_DB" <<'SQL'
\getenv superuser_password POSTGRES_PASSWORD
\getenv owner_password POSTGRES_OWNER_PASSWORD
alter role :"superuser" password :'superuser_password';
select format('create role %I createrole', :'owner')
where not exists (select from pg_roles where rolname = :'owner') \gexec
alter role :"owner" login createrole password :'owner_password';
select format('create database %I', :'database')
where not exists (select from pg_database where datname = :'database') \gexec
alter database :"database" owner to :"owner";
SQL
