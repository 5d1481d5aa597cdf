import json
import time
from datetime import datetime, timedelta

from django.core.management.base import BaseCommand
from django.db import connection, transaction
from psycopg2.extras import Json, execute_values

from older.models import SyncHistory
from older.reports import build_report

BATCH = 100
TABLE = """
    DROP TABLE IF EXISTS bench_contacts;
    CREATE TABLE bench_contacts (id bigint PRIMARY KEY, email text, first_name text, last_name text, phone text,
        stage text, properties jsonb, updated_at timestamptz)"""
UPSERT = """
    INSERT INTO bench_contacts (id, email, first_name, last_name, phone, stage, properties, updated_at) VALUES %s
    ON CONFLICT (id) DO UPDATE SET email = EXCLUDED.email, first_name = EXCLUDED.first_name,
        last_name = EXCLUDED.last_name, phone = EXCLUDED.phone, stage = EXCLUDED.stage,
        properties = EXCLUDED.properties, updated_at = EXCLUDED.updated_at"""


class Command(BaseCommand):
    help = "A sync that never waits for its CRM: batches of 100 records, half of them new, and its row of sync_history"

    def add_arguments(self, parser):
        parser.add_argument("--crm", required=True)
        parser.add_argument("--as-of", type=datetime.fromisoformat, required=True)
        parser.add_argument("--batches", type=int, required=True)
        parser.add_argument("--report-after-each-batch", action="store_true")

    def handle(self, *args, crm, as_of, batches, report_after_each_batch, **options):
        with connection.cursor() as cursor:
            cursor.execute(TABLE)
            history = SyncHistory.objects.create(
                crm_source=crm, sync_type="bench", start_time=as_of - timedelta(hours=1), status="running"
            )
            self.stdout.write("started")
            self.stdout.flush()
            started, cpu_started = time.perf_counter(), time.process_time()
            for batch in range(batches):
                with transaction.atomic():
                    execute_values(cursor, UPSERT, _records(batch, as_of), page_size=BATCH)
                    history.records_processed += BATCH
                    history.records_created += BATCH // 2
                    history.records_updated += BATCH // 2
                    history.save(update_fields=["records_processed", "records_created", "records_updated"])
                if report_after_each_batch:
                    json.dumps(build_report(crm, as_of - timedelta(hours=24), as_of))
            seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
            history.status, history.end_time = "success", as_of
            history.save()
        self.stdout.write(json.dumps({"rows": batches * BATCH, "seconds": seconds, "cpu_seconds": cpu_seconds}))


def _records(batch, now):
    first = batch * BATCH // 2
    return [
        (
            number,
            f"person{number}@example.com",
            f"First{number}",
            f"Last{number}",
            f"+1555{number:07}",
            "lead" if number % 3 else "customer",
            Json({"source": "web", "score": number % 100, "batch": batch}),
            now,
        )
        for number in range(first, first + BATCH)
    ]
