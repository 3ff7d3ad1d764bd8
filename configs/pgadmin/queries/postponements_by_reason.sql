-- How often were planned admissions put off, where, and why?
select *
from insight.postponements_by_reason;
