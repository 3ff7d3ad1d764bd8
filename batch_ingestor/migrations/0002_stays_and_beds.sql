-- Encounters, from the registration of an arrival to the discharge, and the beds they take.

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
comment on table  hospital.registrations                is 'The registration of an arrival (HL7 ADT A04), with which an encounter begins';
comment on column hospital.registrations.patient_id     is 'The patient who arrived';
comment on column hospital.registrations.arrival_mode   is 'walk_in, ambulance or referral';
comment on column hospital.registrations.triage         is 'South African Triage Scale: red, orange, yellow or green; NULL if not triaged';

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
comment on table  hospital.admissions                is 'An admission (HL7 ADT A01), into a bed or as a boarder';
comment on column hospital.admissions.patient_id     is 'The patient who was admitted';
comment on column hospital.admissions.ward_id        is 'The ward that admitted the patient';
comment on column hospital.admissions.bed_id         is 'The bed; NULL for a boarder: admitted, but still waiting for a bed';
comment on column hospital.admissions.doctor_id      is 'The admitting doctor';
comment on column hospital.admissions.specialty      is 'The specialty that treats the patient';

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
comment on table  hospital.transfers                      is 'A transfer between beds, wards or hospitals (HL7 ADT A02)';
comment on column hospital.transfers.event_id             is 'Key: the same event in the stream';
comment on column hospital.transfers.encounter_id         is 'The encounter';
comment on column hospital.transfers.patient_id           is 'The patient who moved';
comment on column hospital.transfers.previous_hospital_id is 'The hospital that the patient left';
comment on column hospital.transfers.previous_ward_id     is 'The ward that the patient left';
comment on column hospital.transfers.previous_bed_id      is 'The bed that the patient left; NULL for a boarder';
comment on column hospital.transfers.hospital_id          is 'The hospital that received the patient';
comment on column hospital.transfers.ward_id              is 'The ward that received the patient';
comment on column hospital.transfers.bed_id               is 'The new bed; NULL for a boarder';
comment on column hospital.transfers.doctor_id            is 'The doctor who received the patient';
comment on column hospital.transfers.transferred_at       is 'Time of the transfer';
comment on column hospital.transfers.reason               is 'bed_found, step_up, step_down, diverted (the hospital is full) or evacuated (the ward is closed)';

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
comment on column hospital.discharges.patient_id     is 'The patient who left';
comment on column hospital.discharges.hospital_id    is 'The hospital that the patient left';
comment on column hospital.discharges.ward_id        is 'The ward that the patient left';
comment on column hospital.discharges.bed_id         is 'The bed that the patient left; NULL for a boarder';
comment on column hospital.discharges.doctor_id      is 'The discharging doctor';
comment on column hospital.discharges.nurse_id       is 'The nurse on duty at discharge';
comment on column hospital.discharges.discharged_at  is 'Time of discharge';
comment on column hospital.discharges.disposition    is 'home, died, referred or against_advice';

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
comment on table  hospital.emergency_visits                is 'A finished visit to an emergency department';
comment on column hospital.emergency_visits.seen_at        is 'When a doctor first saw the patient; NULL if none did';
comment on column hospital.emergency_visits.left_at        is 'When the patient left the emergency department';
comment on column hospital.emergency_visits.outcome        is 'home, admitted, referred, died or left_before_seen';

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
comment on column hospital.transports.event_id       is 'The event of its arrival in the stream';
comment on column hospital.transports.encounter_id   is 'The encounter that the journey belongs to';
comment on column hospital.transports.patient_id     is 'The patient on board';
comment on column hospital.transports.transport_type is 'ambulance or inter_hospital';
comment on column hospital.transports.origin         is 'The district or hospital where it began';
comment on column hospital.transports.hospital_id    is 'The hospital of its destination';
comment on column hospital.transports.departed_at    is 'Time of departure';
comment on column hospital.transports.arrived_at     is 'Time of arrival';

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
comment on column hospital.bed_census.hospital_id    is 'The hospital that the ward belongs to';

-- Finds the transfers and journeys of a stay.
create index on hospital.transfers (encounter_id);
create index on hospital.transports (encounter_id);

create index on hospital.transports using brin (simulated_date);
create index on hospital.bed_census using brin (simulated_date);

-- The summaries read one day at a time while these tables grow. A block range index is brought up to
-- date only by autovacuum, too late for a thousand days loaded at a stretch.
create index on hospital.registrations    (simulated_date);
create index on hospital.admissions       (simulated_date);
create index on hospital.transfers        (simulated_date);
create index on hospital.discharges       (simulated_date);
create index on hospital.emergency_visits (simulated_date);
