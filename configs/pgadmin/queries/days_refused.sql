-- Which days were refused, and why?
select *
from insight.days_refused;
