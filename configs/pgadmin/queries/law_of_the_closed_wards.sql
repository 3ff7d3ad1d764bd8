-- Which closed wards admitted, received, held or staffed anybody? Empty when all is well.
select *
from insight.law_of_the_closed_wards
order by census_date, ward_id;
