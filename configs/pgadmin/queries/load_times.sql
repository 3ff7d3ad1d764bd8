-- How long do days take to load? The slowest first.
select *
from insight.load_times
order by seconds desc
limit 20;
