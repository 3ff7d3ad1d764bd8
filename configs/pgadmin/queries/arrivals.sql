-- Who arrived on the last loaded day, when, how and with which diagnosis?
select *
from insight.arrivals
where arrived_date = (select last_loaded_date from insight.last_loaded_day)
order by registered_at;
