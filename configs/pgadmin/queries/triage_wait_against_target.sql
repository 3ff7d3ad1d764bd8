-- How long do emergency patients of each hospital wait for a doctor, and how many are seen in time?
select *
from insight.triage_wait_against_target;
