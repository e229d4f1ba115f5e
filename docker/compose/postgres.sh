#!/usr/bin/env bash
# Run once by Postgres' image on an empty volume: the owner of the schema, who may make the server's roles and nothing else beyond
# its own database. Row-level security binds it, too: it is no superuser.
set -euo pipefail
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --set password="$(cat /run/secrets/postgres-owner)" <<'SQL'
CREATE ROLE tandem_owner LOGIN CREATEROLE PASSWORD :'password';
CREATE DATABASE tandem OWNER tandem_owner;
SQL
