-- Which wards are the fullest now, and which have free beds? As of the end of the last loaded day.
select *
from insight.current_wards;
