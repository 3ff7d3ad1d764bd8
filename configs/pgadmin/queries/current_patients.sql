-- Who is in hospital now, where, and since when? As of the end of the last loaded day.
select *
from insight.current_patients
order by admitted_at;
