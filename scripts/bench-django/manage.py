"""The older way, for comparison: a report made by fetching the rows through Django's ORM and counting them in Python."""

import os
import sys

from django.core.management import execute_from_command_line

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
execute_from_command_line(sys.argv)
