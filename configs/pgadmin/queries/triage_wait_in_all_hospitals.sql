-- How long do emergency patients wait for a doctor, over all hospitals?
select *
from insight.triage_wait_in_all_hospitals;
