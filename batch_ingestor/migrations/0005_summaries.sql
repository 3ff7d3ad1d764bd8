-- Daily summaries, so that the views of schema insight need not count millions of rows.
--
-- Each row follows from the rows of its own day and nothing else. The transaction that loads a day,
-- or loads it again, makes its summaries anew (insight.summarise). So they always agree with the
-- tables, in whatever order the days arrive.

create schema insight;
comment on schema insight is 'Views to browse: what the tables of schema hospital say';

create table insight.triage_targets (
    triage         text primary key,
    urgency        integer not null,
    target_minutes integer not null
);
insert into insight.triage_targets values
    ('red', 1, 1), ('orange', 2, 10), ('yellow', 3, 60), ('green', 4, 240);
comment on table  insight.triage_targets                is 'How soon a doctor should see a patient: South African Triage Scale';
comment on column insight.triage_targets.triage         is 'Key: red, orange, yellow or green';
comment on column insight.triage_targets.urgency        is '1 is the most urgent';
comment on column insight.triage_targets.target_minutes is 'Minutes from registration until a doctor should see the patient; red means now, counted as within one minute';

create table insight.daily_arrivals (
    simulated_date date not null,
    hospital_id    text collate "C" not null,
    hour           integer not null check (hour between 0 and 23),
    registrations  integer not null,
    admissions     integer not null,
    primary key (simulated_date, hospital_id, hour)
);
comment on table  insight.daily_arrivals                is 'Arrivals and admissions by day, hospital and hour';

create table insight.daily_ward_moves (
    simulated_date date not null,
    ward_id        text collate "C" not null,
    admissions     integer not null,
    transfers_in   integer not null,
    transfers_out  integer not null,
    discharges     integer not null,
    primary key (simulated_date, ward_id)
);
comment on table  insight.daily_ward_moves                is 'Patients who entered and left each ward, by day';
comment on column insight.daily_ward_moves.admissions     is 'Patients admitted into it';
comment on column insight.daily_ward_moves.transfers_in   is 'Patients who came from another ward';
comment on column insight.daily_ward_moves.transfers_out  is 'Patients who went to another ward';
comment on column insight.daily_ward_moves.discharges     is 'Patients discharged from it';

create table insight.daily_stays (
    simulated_date date not null,
    specialty      text not null,
    stay_hours     integer not null check (stay_hours >= 0),
    stays          integer not null,
    died           integer not null,
    stay_seconds   bigint not null,
    primary key (simulated_date, specialty, stay_hours)
);
comment on table  insight.daily_stays                is 'Finished stays by day, specialty and length';
comment on column insight.daily_stays.specialty      is 'The specialty that admitted the patient';
comment on column insight.daily_stays.stay_hours     is 'Length of stay in whole hours';
comment on column insight.daily_stays.stays          is 'Stays of that length';
comment on column insight.daily_stays.died           is 'Those of them that ended in death';
comment on column insight.daily_stays.stay_seconds   is 'The sum of their lengths';

create table insight.daily_visits (
    simulated_date        date not null,
    hospital_id           text collate "C" not null,
    triage                text not null,
    visits                integer not null,
    seen                  integer not null,
    seen_within_target    integer not null,
    left_before_seen      integer not null,
    waiting_seconds       bigint not null,
    longest_wait_seconds  integer,
    primary key (simulated_date, hospital_id, triage)
);
comment on table  insight.daily_visits                      is 'Finished emergency visits by day, hospital and triage';
comment on column insight.daily_visits.visits               is 'Visits';
comment on column insight.daily_visits.seen_within_target   is 'Patients seen within the target of their triage';
comment on column insight.daily_visits.left_before_seen     is 'Patients who left before a doctor saw them';
comment on column insight.daily_visits.waiting_seconds      is 'The sum of the waits of the patients seen';
comment on column insight.daily_visits.longest_wait_seconds is 'The longest of these waits; NULL if no patient was seen';

create table insight.daily_shifts (
    simulated_date date not null,
    shift_date     date not null,
    ward_id        text collate "C" not null,
    role           text not null,
    shift_name     text not null,
    worked         integer not null,
    absent         integer not null,
    primary key (simulated_date, shift_date, ward_id, role, shift_name)
);
comment on table  insight.daily_shifts                is 'Shifts worked and missed, by ward, role and shift name';
comment on column insight.daily_shifts.shift_date     is 'The day on which the shift was to start';
comment on column insight.daily_shifts.worked         is 'Shifts worked';

-- In plpgsql, not SQL: a session keeps the plans of these statements, and planning them takes longer
-- than counting a day.
create function insight.forget(first_day date, last_day date) returns void
language plpgsql set search_path = pg_catalog
as $$
begin
    delete from insight.daily_arrivals where simulated_date between first_day and last_day;
    delete from insight.daily_ward_moves where simulated_date between first_day and last_day;
    delete from insight.daily_stays where simulated_date between first_day and last_day;
    delete from insight.daily_visits where simulated_date between first_day and last_day;
    delete from insight.daily_shifts where simulated_date between first_day and last_day;
end
$$;
comment on function insight.forget is 'Deletes the summaries of the days from the first to the last';

create function insight.summarise(day date) returns void
language plpgsql set search_path = pg_catalog set timezone = 'UTC'
as $$
begin
    perform insight.forget(day, day);

    insert into insight.daily_arrivals
    select day, hospital_id, extract(hour from happened_at), sum(registered), sum(admitted)
    from (
        select hospital_id, registered_at as happened_at, 1 as registered, 0 as admitted
        from hospital.registrations where simulated_date = day
        union all
        select hospital_id, admitted_at, 0, 1
        from hospital.admissions where simulated_date = day
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
    where d.simulated_date = day
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
comment on function insight.summarise is 'Makes the summaries of a day anew; the batch_ingestor calls it in the transaction that loads the day';
