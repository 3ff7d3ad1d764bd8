-- Which days took longest to load?
select *
from insight.load_times
order by seconds desc
limit 20;
