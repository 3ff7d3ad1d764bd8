-- Who came back within 30 days? The newest 100. Without the condition, every stay that is over.
select *
from insight.finished_stays
where readmitted_at is not null
  and discharge_date > (select last_loaded_date - 40 from insight.last_loaded_day)
order by discharged_at desc
limit 100;
