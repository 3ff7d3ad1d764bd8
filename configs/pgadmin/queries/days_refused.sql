-- Which days were refused whole, and why?
select *
from insight.days_refused;
