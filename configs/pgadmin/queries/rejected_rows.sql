-- The rejected rows one by one, the newest first.
select *
from insight.rejected_rows
order by simulated_date desc, dataset, line
limit 100;
