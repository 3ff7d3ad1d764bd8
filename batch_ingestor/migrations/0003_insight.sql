-- Views that a person would browse.

create schema insight;
comment on schema insight is 'Views to browse: what the tables of schema hospital say';

create view insight.occupancy_by_ward_and_day as
select
    c.census_date,
    w.hospital_name,
    w.ward_name,
    c.ward_id,
    c.capacity,
    c.occupied,
    c.boarders,
    round(100.0 * c.occupied / nullif(c.capacity, 0), 1) as occupancy_percent
from hospital.bed_census c
join hospital.wards w using (ward_id);
comment on view   insight.occupancy_by_ward_and_day                   is 'How full each ward was at the end of each day';
comment on column insight.occupancy_by_ward_and_day.census_date       is 'The day';
comment on column insight.occupancy_by_ward_and_day.hospital_name     is 'The hospital';
comment on column insight.occupancy_by_ward_and_day.ward_name         is 'The ward';
comment on column insight.occupancy_by_ward_and_day.ward_id           is 'Its key';
comment on column insight.occupancy_by_ward_and_day.capacity          is 'Beds that exist';
comment on column insight.occupancy_by_ward_and_day.occupied          is 'Beds with a patient';
comment on column insight.occupancy_by_ward_and_day.boarders          is 'Patients who wait for a bed';
comment on column insight.occupancy_by_ward_and_day.occupancy_percent is 'Occupied beds per hundred; NULL for a ward without beds';

create view insight.admissions_by_day as
select
    (admitted_at at time zone 'UTC')::date as admitted_date,
    hospital_id,
    count(*) as admissions,
    count(*) filter (where source = 'emergency') as emergency_admissions,
    count(*) filter (where source = 'elective') as elective_admissions,
    count(*) filter (where bed_id is null) as boarding_at_first
from hospital.admissions
group by admitted_date, hospital_id;
comment on view   insight.admissions_by_day                      is 'Admissions of each hospital and day';
comment on column insight.admissions_by_day.admitted_date        is 'The day';
comment on column insight.admissions_by_day.hospital_id          is 'The hospital';
comment on column insight.admissions_by_day.admissions           is 'All admissions';
comment on column insight.admissions_by_day.emergency_admissions is 'Those from the emergency department';
comment on column insight.admissions_by_day.elective_admissions  is 'Those that were planned';
comment on column insight.admissions_by_day.boarding_at_first    is 'Those for whom there was no bed at first';

create view insight.length_of_stay_by_specialty as
select
    a.specialty,
    count(*) as stays,
    round(avg(s.days), 2) as mean_days,
    round(percentile_cont(0.5) within group (order by s.days)::numeric, 2) as median_days,
    round(percentile_cont(0.9) within group (order by s.days)::numeric, 2) as ninetieth_percentile_days,
    round(100.0 * count(*) filter (where d.disposition = 'died') / count(*), 2) as died_percent
from hospital.discharges d
join hospital.admissions a using (encounter_id)
cross join lateral (
    select extract(epoch from d.discharged_at - d.admitted_at) / 86400 as days
) s
group by a.specialty;
comment on view   insight.length_of_stay_by_specialty                           is 'How long finished stays lasted';
comment on column insight.length_of_stay_by_specialty.specialty                 is 'The specialty that admitted the patient';
comment on column insight.length_of_stay_by_specialty.stays                     is 'Finished stays';
comment on column insight.length_of_stay_by_specialty.mean_days                 is 'Their mean length';
comment on column insight.length_of_stay_by_specialty.median_days               is 'Half were shorter';
comment on column insight.length_of_stay_by_specialty.ninetieth_percentile_days is 'Nine in ten were shorter';
comment on column insight.length_of_stay_by_specialty.died_percent              is 'Stays that ended in death, per hundred';
