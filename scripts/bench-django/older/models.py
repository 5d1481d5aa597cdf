from django.db import models


class SyncHistory(models.Model):
    id = models.BigAutoField(primary_key=True)
    crm_source = models.CharField(max_length=50)
    sync_type = models.CharField(max_length=100)
    endpoint = models.CharField(max_length=200, null=True)
    start_time = models.DateTimeField()
    end_time = models.DateTimeField(null=True)
    status = models.CharField(max_length=20)
    records_processed = models.IntegerField(default=0)
    records_created = models.IntegerField(default=0)
    records_updated = models.IntegerField(default=0)
    records_failed = models.IntegerField(default=0)
    error_message = models.TextField(null=True)
    configuration = models.JSONField(default=dict)
    performance_metrics = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        managed = False
        db_table = "sync_history"
