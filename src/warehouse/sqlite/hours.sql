-- What one CRM's rules did in some past hours, from :from to :to, and their newest runs there. Placeholders: scan is scan.sql,
-- hourly and newest_runs the parts of the activity of those names.
WITH {scan}
SELECT json_object('hourly', {hourly}, 'newest', {newest_runs}) AS document
