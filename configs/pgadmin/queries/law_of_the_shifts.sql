-- Who worked two shifts at once? Empty when all is well.
select *
from insight.law_of_the_shifts
order by started_at, staff_id;
