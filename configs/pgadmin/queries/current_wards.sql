-- Where is a free bed now?
select *
from insight.current_wards
order by free_beds desc, ward_id;
