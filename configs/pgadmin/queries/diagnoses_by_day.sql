-- With which diagnoses do patients come? The last loaded day, the commonest first.
select *
from insight.diagnoses_by_day
where arrived_date = (select last_loaded_date from insight.last_loaded_day)
order by registrations desc, hospital_id, diagnosis_code;
