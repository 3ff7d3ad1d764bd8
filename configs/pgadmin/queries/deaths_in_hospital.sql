-- Which patients died in hospital, where and when? The newest 100.
select *
from insight.deaths_in_hospital
order by died_at desc
limit 100;
