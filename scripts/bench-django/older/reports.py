"""One CRM's report, counted in Python over the ORM objects of the window."""

from collections import defaultdict
from statistics import quantiles

from older.models import SyncHistory

FINISHED = {"success", "partial", "failed"}


def build_report(crm, start, end):
    rules = defaultdict(lambda: {"total": 0, "successful": 0, "durations": []})
    hours = defaultdict(lambda: {"total": 0, "successful": 0})
    errors = {}
    records = {"processed": 0, "created": 0, "updated": 0, "failed": 0}
    durations = []
    total = successful = running = 0
    for run in SyncHistory.objects.filter(crm_source=crm, start_time__gte=start, start_time__lt=end):
        if run.status not in FINISHED or run.end_time is None or run.end_time > end:
            running += 1
            continue
        rule = rules[run.sync_type]
        hour = hours[run.start_time.replace(minute=0, second=0, microsecond=0)]
        total += 1
        rule["total"] += 1
        hour["total"] += 1
        if run.status == "success":
            successful += 1
            rule["successful"] += 1
            hour["successful"] += 1
        elif run.error_message:
            errors[run.sync_type] = run.error_message
        duration = (run.end_time - run.start_time).total_seconds()
        durations.append(duration)
        rule["durations"].append(duration)
        records["processed"] += run.records_processed
        records["created"] += run.records_created
        records["updated"] += run.records_updated
        records["failed"] += run.records_failed
    return {
        "source": crm,
        "total_actions": total,
        "successful_actions": successful,
        "failed_actions": total - successful,
        "running_actions": running,
        "overall_success_rate": _rate(total, successful),
        "durations": _describe(durations),
        "records": records,
        "rules": {
            name: {
                "total": rule["total"],
                "success_rate": _rate(rule["total"], rule["successful"]),
                "durations": _describe(rule["durations"]),
                "last_error": errors.get(name),
            }
            for name, rule in sorted(rules.items())
        },
        "hours": {hour.isoformat(): _rate(**counts) for hour, counts in sorted(hours.items())},
    }


def _rate(total, successful):
    return successful / total if total else None


def _describe(durations):
    if len(durations) < 2:
        return None
    percentiles = quantiles(durations, n=100, method="inclusive")
    return {"p50": percentiles[49], "p95": percentiles[94], "p99": percentiles[98], "longest": max(durations)}
