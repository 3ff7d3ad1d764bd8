-- How long do patients stay?
select *
from insight.length_of_stay_by_specialty
order by mean_days desc;
