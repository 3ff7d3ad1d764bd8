-- Did two patients ever share a bed? Empty when all is well.
select *
from insight.law_of_the_beds
order by happened_at, bed_id;
