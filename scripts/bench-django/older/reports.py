"""One CRM's report, counted in Python over the ORM objects of the window, with a query of its own for each other question."""

import re
from collections import defaultdict
from datetime import timedelta
from statistics import median, quantiles

from older.models import SyncHistory

FINISHED = {"success", "partial", "failed"}
WRAPPERS = {"all", "all_entities"}
LOOKBACK_STARTS = 20
DUPLICATE_SECONDS = 5
LONGEST_RUN = timedelta(hours=1)


def build_report(crm, start, end):
    rules = defaultdict(lambda: {"total": 0, "successful": 0, "durations": [], "starts": []})
    hours = defaultdict(lambda: {"total": 0, "successful": 0})
    errors = defaultdict(lambda: {"count": 0})
    contradictions = defaultdict(list)
    records = {"processed": 0, "created": 0, "updated": 0, "failed": 0}
    durations = []
    total = successful = running = 0
    # A run belongs to the window in which it ended; no index leads to that.
    runs = SyncHistory.objects.filter(crm_source=crm, start_time__gte=start - LONGEST_RUN, start_time__lt=end)
    for run in runs.order_by("start_time"):
        if run.end_time is not None and run.end_time < start:
            continue
        if run.sync_type in WRAPPERS or run.configuration.get("dry_run") is True:
            continue
        rule = rules[run.sync_type]
        if rule["starts"] and (run.start_time - rule["starts"][-1]).total_seconds() <= DUPLICATE_SECONDS:
            contradictions["probable-duplicates"].append(run.id)
        rule["starts"].append(run.start_time)
        for kind in _contradict(run):
            contradictions[kind].append(run.id)
        if run.status not in FINISHED or run.end_time is None or run.end_time >= end:
            running += 1
            continue
        hour = hours[run.start_time.replace(minute=0, second=0, microsecond=0)]
        total += 1
        rule["total"] += 1
        hour["total"] += 1
        if run.status == "success":
            successful += 1
            rule["successful"] += 1
            hour["successful"] += 1
        elif run.error_message:
            error = errors[run.sync_type, re.sub("[0-9]+", "#", run.error_message[:300])]
            error["count"] += 1
            error.setdefault("first", run.start_time)
            error.update(last=run.start_time, message=run.error_message)
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
            }
            for name, rule in sorted(rules.items())
        },
        "hours": {hour.isoformat(): _rate(**counts) for hour, counts in sorted(hours.items())},
        "errors": [
            {
                "rule": rule,
                "count": error["count"],
                "first": error["first"].isoformat(),
                "last": error["last"].isoformat(),
                "message": error["message"],
            }
            for (rule, _), error in sorted(errors.items())
        ],
        "contradictions": {kind: {"count": len(ids), "ids": ids[:3]} for kind, ids in sorted(contradictions.items())},
    }


def build_freshness(crm, rules, start, end):
    """What the runs of both windows cannot tell: each rule's last success, its usual interval before them, and what is stuck."""
    history = SyncHistory.objects.filter(crm_source=crm)
    freshness = {}
    for rule in rules:
        runs = history.filter(sync_type=rule).order_by("-start_time")
        last_success = runs.filter(status="success", start_time__lt=end, end_time__lt=end).first()
        starts = list(runs.filter(start_time__lt=start).values_list("start_time", flat=True)[:LOOKBACK_STARTS])
        intervals = [(later - earlier).total_seconds() for later, earlier in zip(starts, starts[1:])]
        freshness[rule] = {
            "last_success": last_success and last_success.end_time.isoformat(),
            "usual_interval": median(intervals) if intervals else None,
        }
    stuck = history.filter(status="running", end_time__isnull=True, start_time__lt=end)
    return {"rules": freshness, "stuck": [run.id for run in stuck]}


def _contradict(run):
    if run.status == "success" and run.records_failed > 0:
        yield "success-with-failures"
    if run.status == "success" and run.records_processed == 0:
        yield "success-without-records"
    if run.records_failed > run.records_processed:
        yield "more-failed-than-processed"
    if run.status == "running" and run.end_time is not None:
        yield "running-with-end"
    if run.status in FINISHED and run.end_time is None:
        yield "finished-without-end"
    if run.end_time is not None and run.end_time < run.start_time:
        yield "end-before-start"


def _rate(total, successful):
    return successful / total if total else None


def _describe(durations):
    if len(durations) < 2:
        return None
    percentiles = quantiles(durations, n=100, method="inclusive")
    return {"p50": percentiles[49], "p95": percentiles[94], "p99": percentiles[98], "longest": max(durations)}
