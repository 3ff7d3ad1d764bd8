-- Which wards have free beds now?
select *
from insight.current_wards
order by free_beds desc, ward_id;
