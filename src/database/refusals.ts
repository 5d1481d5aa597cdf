/** Codes that the server uses for several things, told apart by what it says besides. */

export type Words = (place: string, message: string) => string;

/** Servers say the message in their own language, and name the place in their source code in English. */
type Said = { code: string; message: string; routine: string; isStandby: boolean | null };

/** SQLSTATE of a standby that had to take back what a query was reading. */
const CONFLICT = /^(?:40001|40P01)$/;
/** The same code of another server: sessions that wait for each other, or a function that says so. */
const AGAINST =
  "another session works against the query, or a function behind the table says so: look into the server's log";

/**
 * PostgreSQL's own functions and aggregates that our statements call, whatever the table is; everybody may, unless somebody
 * took that back.
 */
const OWN_FUNCTIONS =
  `array_agg array_position avg bool_and bool_or btrim chr clock_timestamp concat_ws count current_schema
  current_schemas current_setting date_part floor format format_type generate_series has_any_column_privilege has_schema_privilege has_table_privilege
  hashtext json_agg json_build_array json_build_object jsonb_agg jsonb_array_elements_text jsonb_build_array
  jsonb_build_object jsonb_object_agg jsonb_object_keys jsonb_typeof left length lower lpad max min now octet_length percentile_cont
  pg_advisory_xact_lock pg_column_size pg_get_expr pg_get_indexdef pg_get_userbyid pg_has_role pg_is_in_recovery
  pg_last_wal_receive_lsn pg_last_wal_replay_lsn pg_last_xact_replay_timestamp pg_relation_size pg_total_relation_size
  quote_ident regexp_match regexp_replace replace reverse right row_number row_security_active set_config string_agg strpos
  substr substring sum to_json to_jsonb tstzrange_subdiff unnest upper version`.split(/\s+/);
const OWN_FUNCTION = new RegExp(`^permission denied for (?:function|aggregate) (?:${OWN_FUNCTIONS.join("|")})$`);

/** What PgBouncer says of itself has this code, and its own words in English. */
const POOLER = "08P01";

const CASES: { fits: (said: Said) => boolean; words: Words }[] = [
  {
    fits: (said) => said.isStandby === false && CONFLICT.test(said.code),
    words: (place, message) => `${place}: ${message}, also when it was tried again: ${AGAINST}`,
  },
  {
    fits: isConflict,
    words: (place) =>
      `${place} is a standby, and cancelled the query to apply changes of its primary, also when it was tried again: set hot_standby_feedback = on there, raise max_standby_streaming_delay, or add another host to the URL`,
  },
  {
    fits: ({ code, routine }) => code.startsWith("42") && routine === "pgfdw_report_error",
    words: (place, message) =>
      `${place}: ${message}, on the foreign server behind the table: ALTER FOREIGN TABLE … where it has other names now, or GRANT SELECT there to the user of the mapping`,
  },
  {
    fits: ({ code, routine }) => code === "08001" && routine === "connect_pg_server",
    words: (place, message) =>
      `${place}: ${message}, from which a foreign table or partition is read: start that server, correct ALTER SERVER … OPTIONS (SET host …), or detach the partition`,
  },
  {
    fits: ({ code, routine }) => code === "42501" && routine === "CheckMyDatabase",
    words: (place) => `${place}: the role may not connect to this database: GRANT CONNECT ON DATABASE … TO the role`,
  },
  {
    fits: ({ code, routine }) => code === "55000" && routine === "CheckMyDatabase",
    words: (place) =>
      `${place}: the database takes no connections: ALTER DATABASE … ALLOW_CONNECTIONS true, or name another in the URL`,
  },
  {
    fits: ({ code, routine }) => code === "28000" && routine === "InitializeSessionUserId",
    words: (place, message) =>
      `${place} refuses this user: ${message}: CREATE ROLE or ALTER ROLE … LOGIN, or name another in the URL`,
  },
  {
    fits: ({ code, message }) => code === "42501" && OWN_FUNCTION.test(message),
    words: (place, message) =>
      `${place}: ${message}, which this program needs: GRANT EXECUTE ON FUNCTION … TO the role`,
  },
  {
    fits: ({ code, message }) =>
      code === "42501" && /^permission denied for (?:function|aggregate|procedure)/.test(message),
    words: (place, message) =>
      `${place}: ${message}, which the table is read through: GRANT EXECUTE ON FUNCTION … TO the role`,
  },
  {
    fits: ({ code, routine }) => code === "42501" && routine === "check_enable_rls",
    words: (place, message) =>
      `${place}: ${message}. Rows that it hides would be missing without a word: ALTER ROLE … BYPASSRLS (of the view's owner, where a view without security_invoker is read), or read a view of the table's owner`,
  },
  {
    fits: ({ code, message }) =>
      code === POOLER && /query_wait_timeout|server_login_retry|connect to server/.test(message),
    words: (place, message) =>
      `${place}: its pooler got no connection to the server (${message}): see whether the server behind it is up and takes the login, raise the pooler's pool_size, or read fewer CRMs at once (concurrency)`,
  },
  {
    fits: ({ code, message }) => code === POOLER && /max_client_conn/.test(message),
    words: (place) =>
      `${place}: its pooler takes no more clients: raise its max_client_conn, read fewer CRMs at once (concurrency), or try later`,
  },
  {
    fits: ({ code, message }) => code === POOLER && /^(?:bouncer config error|no such (?:database|user))/.test(message),
    words: (place, message) =>
      `${place}: its pooler does not know the database or the user of the URL (${message}): see its [databases] and auth_file`,
  },
  {
    fits: ({ code, message }) => code === "57014" && /user request/.test(message),
    words: (place) =>
      `${place}: somebody cancelled the query there (pg_cancel_backend), and no limit of time: try again, or ask the server's administrator`,
  },
  {
    fits: ({ code, message }) => code === "57014" && !/statement timeout/.test(message),
    words: (place, message) =>
      `${place}: the query was cancelled: ${message}. If that was statement_timeout, ask for a shorter window or raise the limit`,
  },
];

/** Null where the code tells enough. */
export function findWords(error: Error, code: string): Words | null {
  const routine = "routine" in error ? String(error.routine) : "";
  const isStandby = "isStandby" in error && typeof error.isStandby === "boolean" ? error.isStandby : null;
  return CASES.find(({ fits }) => fits({ code, message: error.message, routine, isStandby }))?.words ?? null;
}

/** Whether the server cancelled a query for others, as a standby does: the next try may have more luck. */
export function isConflict({ code, message }: Pick<Said, "code" | "message">): boolean {
  return CONFLICT.test(code) || (code === "57014" && /conflict with recovery/.test(message));
}

/** Whether row-level security would have hidden rows. */
export function isHidingRows(error: unknown): boolean {
  return error instanceof Error && "routine" in error && error.routine === "check_enable_rls";
}
