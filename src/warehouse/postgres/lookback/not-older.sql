-- Of rules that have no run in the windows and the newest rows nothing is known.
older_runs AS NOT MATERIALIZED (SELECT {columns} FROM near_runs WHERE false),
sampled AS NOT MATERIALIZED (SELECT NULL::text AS rule WHERE false),
known AS NOT MATERIALIZED (SELECT known_since FROM reach),
