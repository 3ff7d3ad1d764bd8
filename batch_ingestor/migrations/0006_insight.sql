-- Views for a person to browse.

create view insight.occupancy_by_ward_and_day as
select
    c.census_date, w.hospital_name, w.ward_name, c.ward_id, c.capacity, c.occupied, c.boarders,
    round(100.0 * c.occupied / nullif(c.capacity, 0), 1) as occupancy_percent
from hospital.bed_census c
join hospital.wards w using (ward_id);
comment on view insight.occupancy_by_ward_and_day is 'Occupancy of each ward at the end of each day';
comment on column insight.occupancy_by_ward_and_day.occupancy_percent is 'Occupied beds in percent; NULL for a ward without beds';

create view insight.length_of_stay_by_specialty as
with lengths as (
    select specialty, stay_hours, sum(stays) as stays, sum(died) as died,
           sum(stay_seconds) as stay_seconds,
           sum(sum(stays)) over (partition by specialty order by stay_hours) as no_longer,
           sum(sum(stays)) over (partition by specialty) as all_stays
    from insight.daily_stays
    group by specialty, stay_hours
)
select
    specialty,
    sum(stays) as stays,
    round(sum(stay_seconds) / sum(stays) / 86400, 2) as mean_days,
    round(min(stay_hours) filter (where no_longer >= 0.5 * all_stays) / 24.0, 2) as median_days,
    round(min(stay_hours) filter (where no_longer >= 0.9 * all_stays) / 24.0, 2)
        as ninetieth_percentile_days,
    round(100.0 * sum(died) / sum(stays), 2) as died_percent
from lengths
group by specialty;
comment on view insight.length_of_stay_by_specialty is 'Length of the finished stays';
comment on column insight.length_of_stay_by_specialty.specialty                 is 'The specialty that admitted the patient';
comment on column insight.length_of_stay_by_specialty.stays                     is 'Finished stays';
comment on column insight.length_of_stay_by_specialty.mean_days                 is 'Mean length in days';
comment on column insight.length_of_stay_by_specialty.median_days               is 'Half of the stays were no longer than this, to the hour';
comment on column insight.length_of_stay_by_specialty.ninetieth_percentile_days is 'Nine in ten stays were no longer than this, to the hour';
comment on column insight.length_of_stay_by_specialty.died_percent              is 'Stays that ended in death, in percent';

create view insight.triage_wait_against_target as
select
    v.hospital_id, v.triage, t.target_minutes,
    sum(v.visits) as visits, sum(v.seen) as seen,
    round(100.0 * sum(v.seen_within_target) / nullif(sum(v.seen), 0), 1) as within_target_percent,
    round(sum(v.waiting_seconds) / nullif(sum(v.seen), 0) / 60, 1) as mean_wait_minutes,
    round(max(v.longest_wait_seconds) / 60.0, 1) as longest_wait_minutes,
    round(100.0 * sum(v.left_before_seen) / sum(v.visits), 1) as left_before_seen_percent
from insight.daily_visits v
join insight.triage_targets t using (triage)
group by v.hospital_id, v.triage, t.target_minutes, t.urgency
order by v.hospital_id, t.urgency;
comment on view insight.triage_wait_against_target is 'Waits of emergency patients for a doctor, against the targets of the South African Triage Scale';
comment on column insight.triage_wait_against_target.triage                   is 'red, orange, yellow or green';
comment on column insight.triage_wait_against_target.target_minutes           is 'Minutes within which a doctor should see the patient';
comment on column insight.triage_wait_against_target.visits                   is 'Finished visits';
comment on column insight.triage_wait_against_target.within_target_percent    is 'Patients seen within the target, in percent of those seen';
comment on column insight.triage_wait_against_target.mean_wait_minutes        is 'Mean wait of the patients seen';
comment on column insight.triage_wait_against_target.longest_wait_minutes     is 'Their longest wait';
comment on column insight.triage_wait_against_target.left_before_seen_percent is 'Patients who left before a doctor saw them, in percent of the visits';

create view insight.staffing_against_census as
select
    s.shift_date, s.ward_id, s.role, s.worked, s.absent,
    c.occupied + c.boarders as patients,
    round((c.occupied + c.boarders) / nullif(s.worked, 0)::numeric, 1) as patients_per_shift
from (
    select shift_date, ward_id, role, sum(worked) as worked, sum(absent) as absent
    from insight.daily_shifts
    group by shift_date, ward_id, role
) s
left join hospital.bed_census c on c.census_date = s.shift_date and c.ward_id = s.ward_id;
comment on view insight.staffing_against_census is 'Shifts worked on each ward and day, against its patients';
comment on column insight.staffing_against_census.shift_date         is 'The day on which the shifts began';
comment on column insight.staffing_against_census.worked             is 'Shifts worked, day and night';
comment on column insight.staffing_against_census.patients           is 'Patients in the ward at the end of that day, boarders included; NULL without a census: in an emergency department, and before the census is loaded';
comment on column insight.staffing_against_census.patients_per_shift is 'Patients for each shift worked';

create view insight.admissions_by_hour_and_weekday as
select
    extract(isodow from a.simulated_date)::integer as weekday,
    to_char(min(a.simulated_date), 'FMDay') as weekday_name,
    a.hour,
    sum(a.admissions) as admissions,
    round(sum(a.admissions) / min(d.days)::numeric, 2) as admissions_a_day,
    sum(a.registrations) as registrations,
    round(sum(a.registrations) / min(d.days)::numeric, 2) as registrations_a_day
from insight.daily_arrivals a
join (
    select extract(isodow from simulated_date) as weekday, count(distinct simulated_date) as days
    from insight.daily_arrivals
    group by 1
) d on d.weekday = extract(isodow from a.simulated_date)
group by 1, a.hour
order by 1, a.hour;
comment on view insight.admissions_by_hour_and_weekday is 'Arrivals and admissions by weekday and hour';
comment on column insight.admissions_by_hour_and_weekday.weekday             is '1 for Monday to 7 for Sunday';
comment on column insight.admissions_by_hour_and_weekday.admissions_a_day    is 'Patients admitted on such a weekday, on average';
comment on column insight.admissions_by_hour_and_weekday.registrations_a_day is 'Arrivals registered on such a weekday, on average';

create view insight.busiest_days as
select
    a.simulated_date as arrived_date,
    to_char(a.simulated_date, 'FMDay') as weekday_name,
    a.registrations, a.admissions, c.occupied, c.boarders, c.occupancy_percent
from (
    select simulated_date, sum(registrations) as registrations, sum(admissions) as admissions
    from insight.daily_arrivals
    group by simulated_date
) a
left join (
    select census_date, sum(occupied) as occupied, sum(boarders) as boarders,
           round(100.0 * sum(occupied) / nullif(sum(capacity), 0), 1) as occupancy_percent
    from hospital.bed_census
    group by census_date
) c on c.census_date = a.simulated_date
order by a.registrations desc, a.simulated_date;
comment on view insight.busiest_days is 'Arrivals, admissions and occupancy of each day, the busiest first; the first day also admits everyone who was in hospital at the start';
comment on column insight.busiest_days.arrived_date      is 'The day';
comment on column insight.busiest_days.occupied          is 'Beds with a patient at its end, in all hospitals';
comment on column insight.busiest_days.boarders          is 'Patients waiting for a bed at its end';
comment on column insight.busiest_days.occupancy_percent is 'Occupied beds in percent';

create view insight.current_patients as
select
    a.encounter_id, a.patient_id,
    coalesce(t.hospital_id, a.hospital_id) as hospital_id,
    coalesce(t.ward_id, a.ward_id) as ward_id,
    case when t.event_id is null then a.bed_id else t.bed_id end as bed_id,
    a.specialty, a.source, a.diagnosis_code, a.admitted_at,
    t.transferred_at as moved_at
from hospital.admissions a
left join lateral (
    select * from hospital.transfers
    where encounter_id = a.encounter_id
    order by transferred_at desc
    limit 1
) t on true
where not exists (select from hospital.discharges d where d.encounter_id = a.encounter_id);
comment on view insight.current_patients is 'The patients in hospital at the end of the last loaded day';
comment on column insight.current_patients.encounter_id   is 'The stay';
comment on column insight.current_patients.bed_id         is 'The bed; NULL for a boarder';
comment on column insight.current_patients.specialty      is 'The specialty that admitted the patient';
comment on column insight.current_patients.moved_at       is 'Time of the last transfer; NULL if there was none';

create view insight.current_wards as
select
    c.census_date, w.hospital_name, w.ward_name, w.ward_id, w.specialty,
    c.capacity, c.occupied, c.boarders,
    c.capacity - c.occupied as free_beds
from hospital.bed_census c
join hospital.wards w using (ward_id)
where c.census_date = (select max(census_date) from hospital.bed_census);
comment on view insight.current_wards is 'Each ward at the end of the last loaded day';
comment on column insight.current_wards.census_date   is 'The last loaded day';
comment on column insight.current_wards.free_beds     is 'Beds without a patient';
