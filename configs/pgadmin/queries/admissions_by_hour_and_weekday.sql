-- At which hours and on which weekdays do patients come?
select *
from insight.admissions_by_hour_and_weekday
order by weekday, hour;
