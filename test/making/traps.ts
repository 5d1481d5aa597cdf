/** A schema in which everything of pg_catalog has a namesake that raises an error, or would change what a statement means. */
import type postgres from "postgres";

/** What a trap says when it springs. */
export const SPRUNG = "trap sprung";

/**
 * Functions with the same arguments, and with varchar for text, which fits most columns better; aggregates as plain functions;
 * operators; domains for types; tables for relations. A role with `search_path = traps, pg_catalog` meets them first.
 */
export async function layTraps(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(`${OPERATOR_FUNCTION}; CREATE SCHEMA traps; GRANT USAGE ON SCHEMA traps TO PUBLIC;
CREATE FUNCTION traps.spring() RETURNS boolean LANGUAGE plpgsql AS $f$ BEGIN RAISE EXCEPTION '${SPRUNG}'; END $f$;
DO $do$
DECLARE
  thing record;
  kind text;
  body CONSTANT text := $b$ LANGUAGE plpgsql AS $f$ BEGIN RAISE EXCEPTION '${SPRUNG}'; END $f$ $b$;
BEGIN
  FOREACH kind IN ARRAY ARRAY['text', 'character varying'] LOOP
    FOR thing IN SELECT proname, prorettype::regtype::text AS result,
        (SELECT string_agg(CASE u.type WHEN 'text'::regtype THEN kind WHEN '"any"'::regtype THEN 'anyelement'
          ELSE u.type::regtype::text END, ', ' ORDER BY u.nth) FROM unnest(proargtypes::oid[]) WITH ORDINALITY u(type, nth)) AS arguments
      FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind IN ('f', 'a', 'w')
    LOOP
      BEGIN
        EXECUTE format('CREATE FUNCTION traps.%I(%s) RETURNS %s %s', thing.proname, thing.arguments, thing.result, body);
      EXCEPTION WHEN OTHERS THEN NULL;
      END;
    END LOOP;
    FOR thing IN SELECT oprname, nullif(oprleft, 0)::regtype::text AS l, oprright::regtype::text AS r, oprresult::regtype::text AS result
      FROM pg_operator WHERE oprnamespace = 'pg_catalog'::regnamespace
    LOOP
      BEGIN
        EXECUTE format('CREATE OPERATOR traps.%s (FUNCTION = traps.%I%s, RIGHTARG = %s)', thing.oprname,
          pg_temp.operator_function(thing.l, thing.r, thing.result, kind), coalesce(', LEFTARG = ' || replace(thing.l, 'text', kind), ''),
          replace(thing.r, 'text', kind));
      EXCEPTION WHEN OTHERS THEN NULL;
      END;
    END LOOP;
  END LOOP;
  FOR thing IN SELECT typname FROM pg_type
    WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype = 'b' AND typelem = 0 LOOP
    EXECUTE format('CREATE DOMAIN traps.%I AS pg_catalog.%1$I CHECK (traps.spring())', thing.typname);
  END LOOP;
  FOR thing IN SELECT relname FROM pg_class
    WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'v') LOOP
    EXECUTE format('CREATE TABLE traps.%I (trap int)', thing.relname);
    EXECUTE format('GRANT SELECT ON traps.%I TO PUBLIC', thing.relname);
  END LOOP;
END $do$`);
}

/** Makes the function behind an operator, and returns its name. */
const OPERATOR_FUNCTION = `CREATE FUNCTION pg_temp.operator_function(l text, r text, result text, kind text) RETURNS text LANGUAGE plpgsql AS $o$
DECLARE
  arguments text := replace(concat_ws(', ', l, r), 'text', kind);
  name text := 'operator_' || md5(arguments || result);
BEGIN
  EXECUTE format('CREATE OR REPLACE FUNCTION traps.%I(%s) RETURNS %s LANGUAGE plpgsql AS $f$ BEGIN RAISE EXCEPTION ''${SPRUNG}''; END $f$',
    name, arguments, result);
  RETURN name;
END $o$`;
