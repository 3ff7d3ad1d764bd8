-- Which planned admissions were put off, why, and did the patients come in the end? The newest 100.
select *
from insight.postponed_admissions
order by first_planned_at desc
limit 100;
