-- What a day was like, and the laws, each of them a view beside the others.
--
-- Patients who were in hospital when the run began are registered and admitted in its first second,
-- under an encounter such as JHB-X2021040700-001. They arrived before, nobody knows when, so they are
-- in no count of arrivals and in no length of stay.

create function insight.was_there_before(encounter_id text) returns boolean
language sql immutable parallel safe
return encounter_id ~ '-X[0-9]+-[0-9]+$';
comment on function insight.was_there_before is 'Whether the stay is that of a patient who was in hospital when the run began';

create or replace function insight.summarise(day date) returns void
language plpgsql set search_path = pg_catalog set timezone = 'UTC'
as $$
begin
    perform insight.forget(day, day);

    insert into insight.daily_arrivals
    select day, hospital_id, extract(hour from happened_at), sum(registered), sum(admitted)
    from (
        select hospital_id, registered_at as happened_at, 1 as registered, 0 as admitted
        from hospital.registrations
        where simulated_date = day and not insight.was_there_before(encounter_id)
        union all
        select hospital_id, admitted_at, 0, 1
        from hospital.admissions
        where simulated_date = day and not insight.was_there_before(encounter_id)
    ) arrival
    group by hospital_id, extract(hour from happened_at);

    insert into insight.daily_ward_moves
    select day, ward_id, sum(admitted), sum(came), sum(went), sum(discharged)
    from (
        select ward_id, 1 as admitted, 0 as came, 0 as went, 0 as discharged
        from hospital.admissions where simulated_date = day
        union all
        select ward_id, 0, 1, 0, 0
        from hospital.transfers where simulated_date = day and ward_id <> previous_ward_id
        union all
        select previous_ward_id, 0, 0, 1, 0
        from hospital.transfers where simulated_date = day and ward_id <> previous_ward_id
        union all
        select ward_id, 0, 0, 0, 1
        from hospital.discharges where simulated_date = day
    ) move
    group by ward_id;

    insert into insight.daily_stays
    select day, a.specialty, floor(stay.seconds / 3600), count(*),
           count(*) filter (where d.disposition = 'died'), sum(stay.seconds)
    from hospital.discharges d
    join hospital.admissions a using (encounter_id)
    cross join lateral (
        select extract(epoch from d.discharged_at - d.admitted_at) as seconds
    ) stay
    where d.simulated_date = day and not insight.was_there_before(d.encounter_id)
    group by a.specialty, floor(stay.seconds / 3600);

    insert into insight.daily_visits
    select day, v.hospital_id, v.triage, count(*), count(v.seen_at),
           count(*) filter (where wait.seconds <= 60 * t.target_minutes),
           count(*) filter (where v.outcome = 'left_before_seen'),
           coalesce(sum(wait.seconds), 0), max(wait.seconds)
    from hospital.emergency_visits v
    join insight.triage_targets t using (triage)
    cross join lateral (
        select extract(epoch from v.seen_at - v.registered_at) as seconds
    ) wait
    where v.simulated_date = day
    group by v.hospital_id, v.triage;

    insert into insight.daily_shifts
    select day, planned_start_at::date, ward_id, role, shift_name,
           count(*) filter (where status = 'worked'), count(*) filter (where status = 'absent')
    from hospital.shifts
    where simulated_date = day
    group by planned_start_at::date, ward_id, role, shift_name;
end
$$;

-- Only days with such a patient were counted otherwise.
select insight.summarise(simulated_date)
from (
    select simulated_date from hospital.registrations where insight.was_there_before(encounter_id)
    union
    select simulated_date from hospital.discharges where insight.was_there_before(encounter_id)
) day;

drop view insight.busiest_days;
create view insight.busiest_days as
select
    a.simulated_date as arrived_date,
    to_char(a.simulated_date, 'FMDay') as weekday_name,
    a.registrations, a.admissions, c.open_beds, c.occupied, c.boarders,
    round(100.0 * c.occupied / nullif(c.open_beds, 0), 1) as occupancy_percent,
    round(100.0 * (c.occupied + c.boarders) / nullif(c.open_beds, 0), 1) as demand_percent
from (
    select simulated_date, sum(registrations) as registrations, sum(admissions) as admissions
    from insight.daily_arrivals
    group by simulated_date
) a
left join (
    select census_date, sum(capacity) as open_beds, sum(occupied) as occupied,
           sum(boarders) as boarders
    from hospital.bed_census
    group by census_date
) c on c.census_date = a.simulated_date
order by a.registrations desc, a.simulated_date;
comment on view insight.busiest_days is 'Arrivals, admissions, occupancy and demand of each day in all hospitals, the day with most arrivals first';
comment on column insight.busiest_days.arrived_date      is 'The day';
comment on column insight.busiest_days.weekday_name      is 'Its weekday';
comment on column insight.busiest_days.registrations     is 'Patients who arrived and were registered, emergencies and planned';
comment on column insight.busiest_days.admissions        is 'Patients admitted';
comment on column insight.busiest_days.open_beds         is 'Beds that were open at its end (24:00): those of closed wards are not';
comment on column insight.busiest_days.occupied          is 'Beds with a patient at its end';
comment on column insight.busiest_days.boarders          is 'Patients who boarded at its end: in a ward''s care, waiting for a bed';
comment on column insight.busiest_days.occupancy_percent is 'Occupied beds, in percent of the open ones';
comment on column insight.busiest_days.demand_percent    is 'Patients in beds and boarding, in percent of the open beds';

drop view insight.staffing_against_census;
create view insight.staffing_against_census as
select
    s.shift_date, s.ward_id, s.role, s.worked, s.absent, c.capacity as open_beds,
    c.occupied + c.boarders as patients,
    round((c.occupied + c.boarders) / nullif(s.worked, 0)::numeric, 1) as patients_per_shift
from (
    select shift_date, ward_id, role, sum(worked) as worked, sum(absent) as absent
    from insight.daily_shifts
    group by shift_date, ward_id, role
) s
left join hospital.bed_census c on c.census_date = s.shift_date and c.ward_id = s.ward_id
-- The night shifts of a day end, and are published, on the next one.
where s.shift_date in (select census_date from hospital.bed_census)
  and s.shift_date + 1 in (
      select simulated_date from lake.ingested_days where manifest_sha256 is not null
  );
comment on view insight.staffing_against_census is 'Shifts worked in each ward and day by each profession, against its patients; a day is shown when the next one is loaded, because its night shifts end then';
comment on column insight.staffing_against_census.shift_date         is 'The day on which the shifts began';
comment on column insight.staffing_against_census.ward_id            is 'The ward';
comment on column insight.staffing_against_census.role               is 'The profession, such as nurse';
comment on column insight.staffing_against_census.worked             is 'Shifts worked, day and night';
comment on column insight.staffing_against_census.absent             is 'Shifts missed';
comment on column insight.staffing_against_census.open_beds          is 'Beds that were open at the end of that day (24:00): 0 in a closed ward; NULL in an emergency department, which has no census';
comment on column insight.staffing_against_census.patients           is 'Patients in beds and boarding at the end of that day; NULL in an emergency department';
comment on column insight.staffing_against_census.patients_per_shift is 'Those patients for each shift worked; NULL if none was';

create view insight.triage_wait_in_all_hospitals as
select
    v.triage, t.target_minutes, sum(v.visits) as visits, sum(v.seen) as seen,
    round(100.0 * sum(v.seen_within_target) / nullif(sum(v.seen), 0), 1) as within_target_percent,
    round(sum(v.waiting_seconds) / nullif(sum(v.seen), 0) / 60, 1) as mean_wait_minutes,
    round(max(v.longest_wait_seconds) / 60.0, 1) as longest_wait_minutes,
    round(100.0 * sum(v.left_before_seen) / sum(v.visits), 1) as left_before_seen_percent
from insight.daily_visits v
join insight.triage_targets t using (triage)
group by v.triage, t.target_minutes, t.urgency
order by t.urgency;
comment on view insight.triage_wait_in_all_hospitals is 'Waits of emergency patients for a doctor by triage, over all hospitals; triage_wait_against_target has the same by hospital';
comment on column insight.triage_wait_in_all_hospitals.triage                   is 'red, orange, yellow or green';
comment on column insight.triage_wait_in_all_hospitals.target_minutes           is 'Minutes within which a doctor should see the patient';
comment on column insight.triage_wait_in_all_hospitals.visits                   is 'Finished visits';
comment on column insight.triage_wait_in_all_hospitals.seen                     is 'Patients seen by a doctor';
comment on column insight.triage_wait_in_all_hospitals.within_target_percent    is 'Patients seen within the target, in percent of those seen';
comment on column insight.triage_wait_in_all_hospitals.mean_wait_minutes        is 'Mean wait of the patients seen';
comment on column insight.triage_wait_in_all_hospitals.longest_wait_minutes     is 'Their longest wait';
comment on column insight.triage_wait_in_all_hospitals.left_before_seen_percent is 'Patients who left before a doctor saw them, in percent of the visits';
