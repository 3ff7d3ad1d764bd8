-- Planned admissions that were put off, which no table told before.

create table hospital.postponements (
    encounter_id   text collate "C" not null,
    postponement   integer not null check (postponement >= 1),
    patient_id     text collate "C" not null references hospital.people,
    hospital_id    text collate "C" not null,
    specialty      text not null,
    diagnosis_code text not null,
    planned_at     timestamptz not null,
    postponed_to   timestamptz not null,
    reason         text not null check (reason in ('beds_full', 'ward_closed')),
    simulated_date date not null,
    primary key (encounter_id, postponement),
    check (postponed_to > planned_at)
);
comment on table  hospital.postponements                is 'A planned admission that the hospital put off; the patient was not registered that day';
comment on column hospital.postponements.encounter_id   is 'Key, with the number: the planned encounter, which keeps this key when the patient is registered later';
comment on column hospital.postponements.postponement   is 'Key, with the encounter: 1 when it was put off for the first time, 2 for the second';
comment on column hospital.postponements.patient_id     is 'The patient';
comment on column hospital.postponements.hospital_id    is 'The hospital';
comment on column hospital.postponements.specialty      is 'The specialty whose bed the patient needed';
comment on column hospital.postponements.diagnosis_code is 'ICD-10 code';
comment on column hospital.postponements.planned_at     is 'When the patient was to be registered';
comment on column hospital.postponements.postponed_to   is 'When the patient is to come instead';
comment on column hospital.postponements.reason         is 'beds_full: too many of the specialty''s beds were taken; ward_closed: no ward of the specialty was open';
comment on column hospital.postponements.simulated_date is 'The published day from which the row was loaded';

create index on hospital.postponements (patient_id, planned_at);
create index on hospital.postponements (simulated_date);

comment on column hospital.bed_census.capacity is 'Beds that were open: none in a ward that a scenario kept closed. A day that model version 1 computed has all beds of the ward here';
