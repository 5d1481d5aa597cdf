/** What `config init` prints. */
export const CONFIG_TEMPLATE = `#:schema ./automation-reports.schema.json
# The line above lets editors complete and check, once \`automation-reports config schema\` has written that file here.

# automation-reports: one table for each CRM. Check it with: automation-reports config check
# \${VAR}, \${VAR:-default} and $$ expand in text values. Paths are relative to this file.

[crm.hubspot]
url = "\${WAREHOUSE_URL}"                  # postgresql://user:password@host:5432/database?sslmode=verify-full
# url_file = "/run/credentials/hubspot"   # instead of url: a file that holds only the connection URL
# crm_source = "hubspot"                  # the value in the warehouse; the CRM's name by default
# preset = "sync-history"                 # or "automation"; "auto" takes the one whose table is there
# exclude_rules = ["scratch"]             # rules that are in no figure
# wrapper_rules = ["all"]                 # runs whose parts have rows of their own: counted beside
# statuses = { done = "success" }         # words of your own for success, partial, failed, running, skipped

# [crm.demo]
# url = "sqlite:warehouse.sqlite"         # the embedded alternative; tables: automation-reports schema sql

# [defaults]                              # for every CRM that does not say otherwise
# timeout = "30s"                         # for one CRM's whole reading, connection included
# statement_timeout = "30s"               # for the query alone; the server keeps it too
# lock_timeout = "1s"                     # a locked table is given up after this
# stale_after = "2h"                      # a run still going after this is stale; else three times its rule's p99
# warn_after = "6h"                       # age of a rule's last success; else from its schedule or usual interval
# error_after = "24h"
# thresholds = { success_rate = 0.95 }

# [export]
# enabled = true                          # as --export-json
# dir = "logs/automation_reports"
# keep = 100                              # newest exports kept per CRM; without it nothing is ever deleted

# [store]                                 # keeps every report; without this table only what schedules need is kept
# path = "/var/lib/automation-reports/reports.sqlite"
# url_file = "/run/credentials/store"     # or PostgreSQL, or url = "postgresql://…", where several machines share it
# retention = "90d"                       # what is older is deleted
`;
