-- The server and our role on it, also where pg_roles may not be read.
SELECT
  current_setting('server_version') AS version,
  current_setting('server_version_num')::int AS version_number,
  pg_is_in_recovery() AS standby,
  CASE WHEN pg_is_in_recovery() AND pg_last_wal_receive_lsn() IS DISTINCT FROM pg_last_wal_replay_lsn()
    THEN date_part('epoch', clock_timestamp() - pg_last_xact_replay_timestamp()) END AS replay_seconds,
  date_part('epoch', clock_timestamp()) * 1000 AS clock_ms,
  current_user AS role,
  current_setting('is_superuser') = 'on' AS superuser
