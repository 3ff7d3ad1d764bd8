-- Which wards are the fullest now, and which have free beds?
select *
from insight.current_wards;
