-- What happened in the hospitals. Rows are only ever added; simulated_date is the published day
-- that brought them. Ids are compared byte by byte (collate "C"): faster indexes, and no library
-- upgrade can reorder them.

create schema hospital;
comment on schema hospital is 'What happened in the simulated hospitals, loaded day by day from the batch lake';

create table hospital.wards (
    ward_id        text collate "C" primary key,
    hospital_id    text collate "C" not null,
    hospital_name  text not null,
    ward_name      text not null,
    specialty      text not null,
    capacity       integer not null check (capacity >= 0),
    simulated_date date not null
);
comment on table  hospital.wards                is 'A ward of a hospital or its emergency department, as it existed at the start';
comment on column hospital.wards.ward_id        is 'Key, such as JHB-MED';
comment on column hospital.wards.hospital_id    is 'The hospital it belongs to';
comment on column hospital.wards.hospital_name  is 'That hospital''s full name';
comment on column hospital.wards.ward_name      is 'Name of the ward';
comment on column hospital.wards.specialty      is 'What the ward treats';
comment on column hospital.wards.capacity       is 'Beds that exist in the ward; places of an emergency department';
comment on column hospital.wards.simulated_date is 'The published day that brought the row';

create table hospital.people (
    patient_id        text collate "C" primary key,
    family_name       text not null,
    given_name        text not null,
    sex               text not null check (sex in ('F', 'M')),
    birth_date        date not null,
    district          text not null,
    address           text not null,
    chronic_condition text,
    simulated_date    date not null
);
comment on table  hospital.people                   is 'A person who lives near the hospitals: at the start, or born or moved in later. Whether they still do: people_today';
comment on column hospital.people.patient_id        is 'Key, such as P0000001; of those born or moved in later longer, such as P187240001';
comment on column hospital.people.family_name       is 'Family name (invented)';
comment on column hospital.people.given_name        is 'Given name (invented)';
comment on column hospital.people.sex               is 'F or M';
comment on column hospital.people.birth_date        is 'Day of birth';
comment on column hospital.people.district          is 'District of residence';
comment on column hospital.people.address           is 'Address (invented)';
comment on column hospital.people.chronic_condition is 'A long-standing condition; NULL if none';
comment on column hospital.people.simulated_date    is 'The published day that brought the row';

create table hospital.people_changes (
    change_id      text collate "C" primary key,
    patient_id     text collate "C" not null references hospital.people,
    change_type    text not null check (change_type in ('born', 'moved_in', 'moved_out', 'died')),
    change_date    date not null,
    hospital_id    text collate "C",
    simulated_date date not null,
    check (hospital_id is null or change_type = 'died')
);
comment on table  hospital.people_changes                is 'Somebody was born, moved in, moved out or died';
comment on column hospital.people_changes.change_id      is 'Key: who, and what happened';
comment on column hospital.people_changes.patient_id     is 'Who';
comment on column hospital.people_changes.change_type    is 'born, moved_in, moved_out or died';
comment on column hospital.people_changes.change_date    is 'The day it happened';
comment on column hospital.people_changes.hospital_id    is 'The hospital in which they died; NULL elsewhere';
comment on column hospital.people_changes.simulated_date is 'The published day that brought the row';

-- Who has died or moved out; the view below looks each person up in it.
create index on hospital.people_changes (patient_id) where change_type in ('died', 'moved_out');

create view hospital.people_today as
select
    p.patient_id,
    p.family_name,
    p.given_name,
    p.sex,
    p.birth_date,
    p.district,
    p.address,
    p.chronic_condition,
    case c.change_type when 'died' then 'dead' when 'moved_out' then 'away' else 'living here' end
        as status,
    c.change_date as status_since_date
from hospital.people p
left join hospital.people_changes c
    on c.patient_id = p.patient_id and c.change_type in ('died', 'moved_out');
comment on view   hospital.people_today                   is 'Everybody who has ever lived near the hospitals, with what has become of them up to the last loaded day';
comment on column hospital.people_today.patient_id        is 'Key, such as P0000001';
comment on column hospital.people_today.family_name       is 'Family name (invented)';
comment on column hospital.people_today.given_name        is 'Given name (invented)';
comment on column hospital.people_today.sex               is 'F or M';
comment on column hospital.people_today.birth_date        is 'Day of birth';
comment on column hospital.people_today.district          is 'District of residence';
comment on column hospital.people_today.address           is 'Address (invented)';
comment on column hospital.people_today.chronic_condition is 'A long-standing condition; NULL if none';
comment on column hospital.people_today.status            is 'living here, away or dead';
comment on column hospital.people_today.status_since_date is 'The day they died or moved out; NULL if they live here';

create table hospital.staff (
    staff_id       text collate "C" primary key,
    family_name    text not null,
    given_name     text not null,
    sex            text not null check (sex in ('F', 'M')),
    birth_date     date not null,
    role           text not null,
    grade          text not null,
    department     text not null,
    post_id        text collate "C" not null,
    hospital_id    text collate "C" not null,
    ward_id        text collate "C" references hospital.wards,
    shift_pattern  text not null,
    hired_date     date not null,
    simulated_date date not null,
    check (birth_date < hired_date)
);
comment on table  hospital.staff                is 'Somebody who works in a hospital: at the start, or hired later. Who holds a post today follows from staff_changes';
comment on column hospital.staff.staff_id       is 'Key, such as S00001; of those hired later with their first day, such as S00001-20220301';
comment on column hospital.staff.family_name    is 'Family name (invented)';
comment on column hospital.staff.given_name     is 'Given name (invented)';
comment on column hospital.staff.sex            is 'F or M';
comment on column hospital.staff.birth_date     is 'Day of birth';
comment on column hospital.staff.role           is 'What they work as';
comment on column hospital.staff.grade          is 'Their rank within the role';
comment on column hospital.staff.department     is 'The specialty of their ward, emergency, or reserve';
comment on column hospital.staff.post_id        is 'The post they fill: one holder at a time';
comment on column hospital.staff.hospital_id    is 'The hospital they work in';
comment on column hospital.staff.ward_id        is 'The ward they belong to; NULL for the reserve pool, who work where somebody is missing';
comment on column hospital.staff.shift_pattern  is 'Which pattern of shifts they follow';
comment on column hospital.staff.hired_date     is 'First day of work';
comment on column hospital.staff.simulated_date is 'The published day that brought the row';

create table hospital.staff_changes (
    change_id      text collate "C" primary key,
    staff_id       text collate "C" not null references hospital.staff,
    change_type    text not null check (change_type in ('hired', 'left', 'retired')),
    change_date    date not null,
    role           text not null,
    grade          text not null,
    post_id        text collate "C" not null,
    hospital_id    text collate "C" not null,
    ward_id        text collate "C" references hospital.wards,
    simulated_date date not null
);
comment on table  hospital.staff_changes                is 'Somebody was hired, left or retired';
comment on column hospital.staff_changes.change_id      is 'Key: who, and what happened';
comment on column hospital.staff_changes.staff_id       is 'Who';
comment on column hospital.staff_changes.change_type    is 'hired, left, or retired (at 65)';
comment on column hospital.staff_changes.change_date    is 'The first day of work, or the first day without them';
comment on column hospital.staff_changes.role           is 'As what they were or are employed';
comment on column hospital.staff_changes.grade          is 'Their rank within the role';
comment on column hospital.staff_changes.post_id        is 'The post they fill or leave; vacant until the next is hired for it';
comment on column hospital.staff_changes.hospital_id    is 'The hospital of the post';
comment on column hospital.staff_changes.ward_id        is 'The ward of the post; NULL for the reserve pool';
comment on column hospital.staff_changes.simulated_date is 'The published day that brought the row';

create view hospital.posts as
select distinct on (staff.post_id)
    staff.post_id,
    staff.role,
    staff.grade,
    staff.department,
    staff.hospital_id,
    staff.ward_id,
    case when gone.staff_id is null then staff.staff_id end as staff_id,
    coalesce(gone.change_date, staff.hired_date) as since_date
from hospital.staff
left join hospital.staff_changes as gone
    on gone.staff_id = staff.staff_id and gone.change_type in ('left', 'retired')
order by staff.post_id, staff.hired_date desc;
comment on view   hospital.posts             is 'The posts as they are after the newest loaded day';
comment on column hospital.posts.post_id     is 'The post';
comment on column hospital.posts.role        is 'Of which role';
comment on column hospital.posts.grade       is 'Of which rank within the role';
comment on column hospital.posts.department  is 'The specialty of its ward, emergency, or reserve';
comment on column hospital.posts.hospital_id is 'In which hospital';
comment on column hospital.posts.ward_id     is 'On which ward; NULL for the reserve pool';
comment on column hospital.posts.staff_id    is 'Who holds it; NULL while it is vacant';
comment on column hospital.posts.since_date  is 'Since when it is held, or vacant';

create table hospital.registrations (
    encounter_id   text collate "C" primary key,
    event_id       text collate "C" not null,
    patient_id     text collate "C" not null references hospital.people,
    hospital_id    text collate "C" not null,
    registered_at  timestamptz not null,
    source         text not null check (source in ('emergency', 'elective')),
    arrival_mode   text not null check (arrival_mode in ('walk_in', 'ambulance', 'referral')),
    triage         text check (triage in ('red', 'orange', 'yellow', 'green')),
    diagnosis_code text not null,
    simulated_date date not null
);
comment on table  hospital.registrations                is 'An arrival registered (HL7 ADT A04): the start of an encounter';
comment on column hospital.registrations.encounter_id   is 'Key: the stay';
comment on column hospital.registrations.event_id       is 'The event of the stream that says the same';
comment on column hospital.registrations.patient_id     is 'Who arrived';
comment on column hospital.registrations.hospital_id    is 'Where';
comment on column hospital.registrations.registered_at  is 'When';
comment on column hospital.registrations.source         is 'emergency or elective';
comment on column hospital.registrations.arrival_mode   is 'walk_in, ambulance or referral';
comment on column hospital.registrations.triage         is 'South African Triage Scale: red, orange, yellow or green; NULL if not triaged';
comment on column hospital.registrations.diagnosis_code is 'ICD-10 code';
comment on column hospital.registrations.simulated_date is 'The published day that brought the row';

create table hospital.admissions (
    encounter_id   text collate "C" primary key references hospital.registrations,
    event_id       text collate "C" not null,
    patient_id     text collate "C" not null references hospital.people,
    hospital_id    text collate "C" not null,
    ward_id        text collate "C" not null references hospital.wards,
    bed_id         text collate "C",
    doctor_id      text collate "C" not null references hospital.staff,
    nurse_id       text collate "C" not null references hospital.staff,
    admitted_at    timestamptz not null,
    specialty      text not null,
    source         text not null check (source in ('emergency', 'elective')),
    diagnosis_code text not null,
    simulated_date date not null
);
comment on table  hospital.admissions                is 'An admission into a bed, or boarding (HL7 ADT A01)';
comment on column hospital.admissions.encounter_id   is 'Key: the stay';
comment on column hospital.admissions.event_id       is 'The event of the stream that says the same';
comment on column hospital.admissions.patient_id     is 'Who was admitted';
comment on column hospital.admissions.hospital_id    is 'Where';
comment on column hospital.admissions.ward_id        is 'Into which ward';
comment on column hospital.admissions.bed_id         is 'Into which bed; NULL means boarding: admitted, waiting for a bed';
comment on column hospital.admissions.doctor_id      is 'The admitting doctor';
comment on column hospital.admissions.nurse_id       is 'The nurse who received the patient';
comment on column hospital.admissions.admitted_at    is 'When';
comment on column hospital.admissions.specialty      is 'The specialty that treats the patient';
comment on column hospital.admissions.source         is 'emergency or elective';
comment on column hospital.admissions.diagnosis_code is 'ICD-10 code';
comment on column hospital.admissions.simulated_date is 'The published day that brought the row';

create table hospital.transfers (
    event_id             text collate "C" primary key,
    encounter_id         text collate "C" not null references hospital.admissions,
    patient_id           text collate "C" not null references hospital.people,
    previous_hospital_id text collate "C" not null,
    previous_ward_id     text collate "C" not null references hospital.wards,
    previous_bed_id      text collate "C",
    hospital_id          text collate "C" not null,
    ward_id              text collate "C" not null references hospital.wards,
    bed_id               text collate "C",
    doctor_id            text collate "C" not null references hospital.staff,
    nurse_id             text collate "C" not null references hospital.staff,
    transferred_at       timestamptz not null,
    reason               text not null check (reason in ('bed_found', 'step_up', 'step_down', 'diverted', 'evacuated')),
    simulated_date       date not null
);
comment on table  hospital.transfers                      is 'A move between beds, wards or hospitals (HL7 ADT A02)';
comment on column hospital.transfers.event_id             is 'Key: the event of the stream that says the same';
comment on column hospital.transfers.encounter_id         is 'The stay';
comment on column hospital.transfers.patient_id           is 'Who moved';
comment on column hospital.transfers.previous_hospital_id is 'From which hospital';
comment on column hospital.transfers.previous_ward_id     is 'From which ward';
comment on column hospital.transfers.previous_bed_id      is 'From which bed; NULL means they were boarding';
comment on column hospital.transfers.hospital_id          is 'Into which hospital';
comment on column hospital.transfers.ward_id              is 'Into which ward';
comment on column hospital.transfers.bed_id               is 'Into which bed; NULL means boarding';
comment on column hospital.transfers.doctor_id            is 'The doctor who received the patient';
comment on column hospital.transfers.nurse_id             is 'The nurse who received the patient';
comment on column hospital.transfers.transferred_at       is 'When';
comment on column hospital.transfers.reason               is 'bed_found, step_up, step_down, diverted (the house is full) or evacuated (the ward is closed)';
comment on column hospital.transfers.simulated_date       is 'The published day that brought the row';

create table hospital.discharges (
    encounter_id   text collate "C" primary key references hospital.admissions,
    event_id       text collate "C" not null,
    patient_id     text collate "C" not null references hospital.people,
    hospital_id    text collate "C" not null,
    ward_id        text collate "C" not null references hospital.wards,
    bed_id         text collate "C",
    doctor_id      text collate "C" not null references hospital.staff,
    nurse_id       text collate "C" not null references hospital.staff,
    admitted_at    timestamptz not null,
    discharged_at  timestamptz not null,
    disposition    text not null check (disposition in ('home', 'died', 'referred', 'against_advice')),
    simulated_date date not null,
    check (discharged_at >= admitted_at)
);
comment on table  hospital.discharges                is 'The end of a stay (HL7 ADT A03)';
comment on column hospital.discharges.encounter_id   is 'Key: the stay';
comment on column hospital.discharges.event_id       is 'The event of the stream that says the same';
comment on column hospital.discharges.patient_id     is 'Who left';
comment on column hospital.discharges.hospital_id    is 'From which hospital';
comment on column hospital.discharges.ward_id        is 'From which ward';
comment on column hospital.discharges.bed_id         is 'From which bed; NULL means they never got one';
comment on column hospital.discharges.doctor_id      is 'The discharging doctor';
comment on column hospital.discharges.nurse_id       is 'The nurse on duty then';
comment on column hospital.discharges.admitted_at    is 'When the stay began';
comment on column hospital.discharges.discharged_at  is 'When it ended';
comment on column hospital.discharges.disposition    is 'home, died, referred or against_advice';
comment on column hospital.discharges.simulated_date is 'The published day that brought the row';

create table hospital.emergency_visits (
    encounter_id   text collate "C" primary key references hospital.registrations,
    patient_id     text collate "C" not null references hospital.people,
    hospital_id    text collate "C" not null,
    triage         text not null check (triage in ('red', 'orange', 'yellow', 'green')),
    registered_at  timestamptz not null,
    seen_at        timestamptz,
    left_at        timestamptz not null,
    outcome        text not null check (outcome in ('home', 'admitted', 'referred', 'died', 'left_before_seen')),
    simulated_date date not null,
    check (seen_at between registered_at and left_at),
    check (left_at >= registered_at)
);
comment on table  hospital.emergency_visits                is 'A visit to an emergency department that is over';
comment on column hospital.emergency_visits.encounter_id   is 'Key: the stay';
comment on column hospital.emergency_visits.patient_id     is 'Who came';
comment on column hospital.emergency_visits.hospital_id    is 'Where';
comment on column hospital.emergency_visits.triage         is 'South African Triage Scale: red, orange, yellow or green';
comment on column hospital.emergency_visits.registered_at  is 'When they arrived';
comment on column hospital.emergency_visits.seen_at        is 'When a doctor saw them; NULL if none did';
comment on column hospital.emergency_visits.left_at        is 'When they left the emergency department';
comment on column hospital.emergency_visits.outcome        is 'home, admitted, referred, died or left_before_seen';
comment on column hospital.emergency_visits.simulated_date is 'The published day that brought the row';

create table hospital.transports (
    transport_id   text collate "C" primary key,
    event_id       text collate "C" not null,
    encounter_id   text collate "C" not null references hospital.registrations,
    patient_id     text collate "C" not null references hospital.people,
    transport_type text not null check (transport_type in ('ambulance', 'inter_hospital')),
    origin         text not null,
    hospital_id    text collate "C" not null,
    departed_at    timestamptz not null,
    arrived_at     timestamptz not null,
    simulated_date date not null,
    check (arrived_at >= departed_at)
);
comment on table  hospital.transports                is 'A finished journey of a patient';
comment on column hospital.transports.transport_id   is 'Key: the journey';
comment on column hospital.transports.event_id       is 'The event of the stream that says the same: its arrival';
comment on column hospital.transports.encounter_id   is 'The stay it belongs to';
comment on column hospital.transports.patient_id     is 'Who was carried';
comment on column hospital.transports.transport_type is 'ambulance or inter_hospital';
comment on column hospital.transports.origin         is 'The district or hospital it left from';
comment on column hospital.transports.hospital_id    is 'The hospital it arrived at';
comment on column hospital.transports.departed_at    is 'When it left';
comment on column hospital.transports.arrived_at     is 'When it arrived';
comment on column hospital.transports.simulated_date is 'The published day that brought the row';

create table hospital.shifts (
    shift_id         text collate "C" primary key,
    event_id         text collate "C" not null,
    staff_id         text collate "C" not null references hospital.staff,
    hospital_id      text collate "C" not null,
    ward_id          text collate "C" not null references hospital.wards,
    role             text not null,
    grade            text not null,
    post_id          text collate "C" not null,
    assignment       text not null check (assignment in ('own', 'reserve')),
    shift_name       text not null check (shift_name in ('day', 'night')),
    status           text not null check (status in ('worked', 'absent')),
    planned_start_at timestamptz not null,
    planned_end_at   timestamptz not null,
    started_at       timestamptz,
    ended_at         timestamptz,
    simulated_date   date not null,
    check (planned_end_at > planned_start_at),
    check (ended_at > started_at),
    check ((status = 'worked') = (started_at is not null)),
    check ((status = 'worked') = (ended_at is not null))
);
comment on table  hospital.shifts                  is 'A shift worked, or missed';
comment on column hospital.shifts.shift_id         is 'Key: who, which day, day or night';
comment on column hospital.shifts.event_id         is 'The event of the stream that says the same: its end, or the absence';
comment on column hospital.shifts.staff_id         is 'Who';
comment on column hospital.shifts.hospital_id      is 'Where';
comment on column hospital.shifts.ward_id          is 'On which ward';
comment on column hospital.shifts.role             is 'As what';
comment on column hospital.shifts.grade            is 'In which rank';
comment on column hospital.shifts.post_id          is 'Whose work they did: the post';
comment on column hospital.shifts.assignment       is 'own: their own post; reserve: from the reserve pool, for somebody absent or a vacant post';
comment on column hospital.shifts.shift_name       is 'day or night';
comment on column hospital.shifts.status           is 'worked or absent';
comment on column hospital.shifts.planned_start_at is 'When it was to start';
comment on column hospital.shifts.planned_end_at   is 'When it was to end';
comment on column hospital.shifts.started_at       is 'When it started; NULL if absent';
comment on column hospital.shifts.ended_at         is 'When it ended; NULL if absent';
comment on column hospital.shifts.simulated_date   is 'The published day that brought the row';

create table hospital.bed_census (
    census_date    date not null,
    ward_id        text collate "C" not null references hospital.wards,
    hospital_id    text collate "C" not null,
    capacity       integer not null check (capacity >= 0),
    occupied       integer not null check (occupied >= 0),
    boarders       integer not null check (boarders >= 0),
    simulated_date date not null,
    primary key (census_date, ward_id),
    check (occupied <= capacity)
);
comment on table  hospital.bed_census                is 'The beds of a ward at the end of a day (24:00)';
comment on column hospital.bed_census.census_date    is 'Key, with the ward: the day that ends';
comment on column hospital.bed_census.ward_id        is 'Key, with the day: the ward';
comment on column hospital.bed_census.hospital_id    is 'The hospital the ward belongs to';
comment on column hospital.bed_census.capacity       is 'Beds that exist';
comment on column hospital.bed_census.occupied       is 'Beds with a patient in them';
comment on column hospital.bed_census.boarders       is 'Patients admitted to the ward who wait for a bed';
comment on column hospital.bed_census.simulated_date is 'The published day that brought the row';

-- A stay's moves and journeys are looked up by it: by people, and when a day is replaced.
create index on hospital.transfers (encounter_id);
create index on hospital.transports (encounter_id);

-- Rows arrive in the order of their day, so a block range index finds a day and costs nothing.
create index on hospital.staff_changes    using brin (simulated_date);
create index on hospital.people           using brin (simulated_date);
create index on hospital.people_changes   using brin (simulated_date);
create index on hospital.registrations    using brin (simulated_date);
create index on hospital.admissions       using brin (simulated_date);
create index on hospital.transfers        using brin (simulated_date);
create index on hospital.discharges       using brin (simulated_date);
create index on hospital.emergency_visits using brin (simulated_date);
create index on hospital.transports       using brin (simulated_date);
create index on hospital.shifts           using brin (simulated_date);
create index on hospital.bed_census       using brin (simulated_date);
