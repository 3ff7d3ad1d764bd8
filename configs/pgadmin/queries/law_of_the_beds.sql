-- Which beds had two patients at once? Empty when all is well.
select *
from insight.law_of_the_beds
order by happened_at, bed_id;
