-- Which days were the busiest?
select *
from insight.busiest_days
limit 20;
