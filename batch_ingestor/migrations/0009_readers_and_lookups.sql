-- Two laws without a lock that waits for readers, and indexes for what people look up and join by.
--
-- To refresh a materialized view, Postgres waits until nobody reads it any more: an open transaction
-- of the analyst stopped all loading. Now the two laws are tables. Replacing the rows of a table
-- waits for no reader.

drop materialized view insight.law_of_the_beds;
drop materialized view insight.law_of_the_shifts;

create table insight.law_of_the_beds (
    bed_id           text collate "C",
    happened_at      timestamptz,
    encounter_id     text collate "C",
    change           integer,
    encounter_before text collate "C"
);
comment on table  insight.law_of_the_beds                  is 'Beds that a patient got while another had them, or left without having had them: empty when all is well. Checked after the last load';
comment on column insight.law_of_the_beds.bed_id           is 'The bed';
comment on column insight.law_of_the_beds.happened_at      is 'When it happened';
comment on column insight.law_of_the_beds.encounter_id     is 'The stay of that patient';
comment on column insight.law_of_the_beds.change           is '1: the patient got the bed; -1: the patient left it';
comment on column insight.law_of_the_beds.encounter_before is 'The stay of the previous change in this bed; NULL if there is none';

create table insight.law_of_the_shifts (
    staff_id          text collate "C",
    shift_id          text collate "C",
    started_at        timestamptz,
    previous_shift_id text collate "C",
    previous_ended_at timestamptz
);
comment on table  insight.law_of_the_shifts                   is 'Shifts that a person worked while still working another: empty when all is well. Checked after the last load';
comment on column insight.law_of_the_shifts.staff_id          is 'The person on the staff';
comment on column insight.law_of_the_shifts.shift_id          is 'The shift';
comment on column insight.law_of_the_shifts.started_at        is 'When it started';
comment on column insight.law_of_the_shifts.previous_shift_id is 'The person''s shift before';
comment on column insight.law_of_the_shifts.previous_ended_at is 'When that shift ended';

create function insight.check_laws() returns void
language plpgsql set search_path = pg_catalog
as $$
begin
    delete from insight.law_of_the_beds;
    insert into insight.law_of_the_beds
    with moves as (
        select bed_id, admitted_at as happened_at, encounter_id, 1 as change
        from hospital.admissions where bed_id is not null
        union all
        select bed_id, transferred_at, encounter_id, 1
        from hospital.transfers where bed_id is not null
        union all
        select previous_bed_id, transferred_at, encounter_id, -1
        from hospital.transfers where previous_bed_id is not null
        union all
        select bed_id, discharged_at, encounter_id, -1
        from hospital.discharges where bed_id is not null
    ), pairs as (
        select bed_id, happened_at, encounter_id, change,
               lag(change, 1, -1) over bed as change_before,
               lag(encounter_id) over bed as encounter_before
        from moves
        window bed as (partition by bed_id order by happened_at, change)
    )
    select bed_id, happened_at, encounter_id, change, encounter_before
    from pairs
    where change = change_before
       or (change = -1 and encounter_id is distinct from encounter_before);

    delete from insight.law_of_the_shifts;
    insert into insight.law_of_the_shifts
    select staff_id, shift_id, started_at, previous_shift_id, previous_ended_at
    from (
        select staff_id, shift_id, started_at,
               lag(shift_id) over person as previous_shift_id,
               lag(ended_at) over person as previous_ended_at
        from hospital.shifts
        where status = 'worked'
        window person as (partition by staff_id order by started_at)
    ) worked
    where started_at < previous_ended_at;
end
$$;
comment on function insight.check_laws is 'Finds the rows that break the laws of the beds and of the shifts, in all days';

-- Every reference to a patient, a member of staff or a stay is indexed, with the time where a history
-- is read in its order. So a day that is published anew can be deleted without indexes of its own:
-- dropping those waited for readers, too.

drop function hospital.index_references(date);
drop function hospital.drop_reference_indexes();
drop index hospital.people_changes_patient_id_idx;

create index on hospital.people_changes   (patient_id);
create index on hospital.staff_changes    (staff_id);
create index on hospital.registrations    (patient_id, registered_at);
create index on hospital.admissions       (patient_id, admitted_at);
create index on hospital.admissions       (ward_id, admitted_at);
create index on hospital.admissions       (doctor_id);
create index on hospital.admissions       (nurse_id);
create index on hospital.transfers        (patient_id, transferred_at);
create index on hospital.transfers        (ward_id, transferred_at);
create index on hospital.transfers        (doctor_id);
create index on hospital.transfers        (nurse_id);
create index on hospital.discharges       (patient_id, discharged_at);
create index on hospital.discharges       (ward_id, discharged_at);
create index on hospital.discharges       (doctor_id);
create index on hospital.discharges       (nurse_id);
create index on hospital.emergency_visits (patient_id, registered_at);
create index on hospital.transports       (patient_id, departed_at);
create index on hospital.shifts           (staff_id, started_at);
-- With both instants: who was on shift at an instant is then found in the index alone.
create index on hospital.shifts           (ward_id, started_at, ended_at);
