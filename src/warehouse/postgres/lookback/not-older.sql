-- Of rules that have no run in the windows and the newest rows nothing is known.
at_first AS NOT MATERIALIZED (SELECT NULL::text AS rule, NULL::float8 AS filled WHERE false),
older_runs AS NOT MATERIALIZED (SELECT {columns} FROM near_runs WHERE false),
sampled AS NOT MATERIALIZED (SELECT NULL::text AS rule WHERE false),
known AS NOT MATERIALIZED (SELECT known_since FROM reach),
