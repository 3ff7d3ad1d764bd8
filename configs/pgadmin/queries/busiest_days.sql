-- On which days did most patients arrive, and how full were the hospitals then?
select *
from insight.busiest_days
limit 20;
