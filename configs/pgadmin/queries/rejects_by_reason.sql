-- How many rows were rejected, by reason?
select *
from insight.rejects_by_reason;
