-- Until when are the tables filled?
select *
from insight.last_loaded_day;
