-- Who is in hospital now, where, and since when?
select *
from insight.current_patients
order by admitted_at;
