-- Which rows were rejected? The newest 100, one by one.
select *
from insight.rejected_rows
order by simulated_date desc, dataset, line
limit 100;
