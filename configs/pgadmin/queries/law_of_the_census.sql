-- Where do admissions and exits not explain the change of census? Empty when all is well.
select *
from insight.law_of_the_census
order by census_date, ward_id;
