-- How full was each ward in the last week, in beds and by demand?
select *
from insight.occupancy_by_ward_and_day
where census_date > (select max(census_date) - 7 from hospital.bed_census)
order by ward_id, census_date;
