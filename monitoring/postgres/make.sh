#!/bin/sh
# Makes the role by which the Collector reads the statistics of Postgres. The passwords come from files.
set -eu
PGPASSWORD=$(cat /secrets/postgres/password)
export PGPASSWORD
exec psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --file=/etc/postgres-monitor/role.sql
