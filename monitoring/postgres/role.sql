-- The role that monitoring uses: it may read statistics and settings, and no table of the shop. Can be run again.
SET log_min_error_statement = panic; -- so that a failure below does not write the password into the log
\set password `cat /secrets/postgres-monitor/password`
SELECT 'CREATE ROLE monitor' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'monitor') \gexec
ALTER ROLE monitor LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 5 PASSWORD :'password';
GRANT pg_monitor TO monitor;
