#!/bin/sh
# Runs once, when the cluster is made: Kratos gets a role and a database of its
# own, and nobody else may connect to its password hashes.
set -eu
psql --no-psqlrc --set ON_ERROR_STOP=1 --set password="$KRATOS_DB_PASSWORD" \
	--username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
CREATE ROLE kratos LOGIN PASSWORD :'password';
CREATE DATABASE kratos OWNER kratos TEMPLATE template0;
REVOKE ALL ON DATABASE kratos FROM PUBLIC;
SQL
