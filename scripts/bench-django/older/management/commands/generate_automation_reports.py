import json
from datetime import datetime, timedelta

from django.core.management.base import BaseCommand

from older.reports import build_freshness, build_report


class Command(BaseCommand):
    help = "Prints the reports of some CRMs, each with the window before and what is older than both"

    def add_arguments(self, parser):
        parser.add_argument("--crm", required=True)
        parser.add_argument("--as-of", type=datetime.fromisoformat, required=True)
        parser.add_argument("--time-window", type=int, default=24)

    def handle(self, *args, crm, as_of, time_window, **options):
        length = timedelta(hours=time_window)
        reports = []
        for name in crm.split(","):
            report = build_report(name, as_of - length, as_of)
            before = build_report(name, as_of - 2 * length, as_of - length)
            freshness = build_freshness(name, report["rules"], as_of - 2 * length, as_of)
            reports.append({**report, "before": before, "freshness": freshness})
        self.stdout.write(json.dumps(reports))
