-- What loading a day, and replacing one, take the longest over.
--
-- The summaries: in plpgsql a session keeps the plans of their statements; in plain SQL each call
-- made them anew, which took longer than to count a day.

create or replace function insight.forget(first_day date, last_day date) returns void
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

create or replace function insight.summarise(day date) returns void
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

-- To delete a row, Postgres looks for those that refer to it: without an index on the referring
-- side it reads a whole table for each person and each of the staff that a replaced day brought.
-- Standing indexes would slow down every load for what hardly ever happens. So they are made for
-- the deletion, in its transaction, and dropped after it.

create function hospital.index_references(first_day date) returns void
language plpgsql security definer set search_path = pg_catalog
as $$
declare
    reference record;
    has_rows boolean;
begin
    for reference in
        select c.oid, c.conrelid::regclass as referring, c.confrelid::regclass as referred,
               a.attname
        from pg_constraint c
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
        where c.contype = 'f' and c.connamespace = 'hospital'::regnamespace
          and not exists (
              select from pg_index i
              where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1] and i.indpred is null
          )
    loop
        execute format('select exists (select from %s where simulated_date >= $1)',
                       reference.referred) into has_rows using first_day;
        continue when not has_rows;
        execute format('create index %I on %s (%I)',
                       'replacing_' || reference.oid, reference.referring, reference.attname);
    end loop;
end
$$;
comment on function hospital.index_references(date) is 'Indexes each reference without an index to rows of that day or later, for their deletion';

create function hospital.drop_reference_indexes() returns void
language plpgsql security definer set search_path = pg_catalog
as $$
declare
    index_name text;
begin
    for index_name in
        select relname from pg_class
        where relkind = 'i' and relnamespace = 'hospital'::regnamespace
          and relname like 'replacing\_%'
    loop
        execute format('drop index hospital.%I', index_name);
    end loop;
end
$$;
comment on function hospital.drop_reference_indexes() is 'Drops what index_references made';
