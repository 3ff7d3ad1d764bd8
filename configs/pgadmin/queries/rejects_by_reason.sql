-- Which rows were not loaded, and why?
select *
from insight.rejects_by_reason;
