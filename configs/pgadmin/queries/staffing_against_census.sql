-- How many patients did each nurse have in the last week? The fullest wards first.
select *
from insight.staffing_against_census
where role = 'nurse'
  and shift_date > (select max(census_date) - 7 from hospital.bed_census)
order by patients_per_shift desc nulls last, shift_date, ward_id;
