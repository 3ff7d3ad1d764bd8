-- What the dashboard shows of the whole run: each stay that is over, each death, each arrival.
--
-- They are views, so that loading a day does nothing more for them. Postgres leaves out what a query
-- does not ask finished_stays for: the two columns that need a look into another table for each row,
-- and the join, which is a left one for that alone: each discharge has its admission.
--
-- An X after the hospital says what insight.was_there_before says, a function that the analyst may
-- not call.

create view insight.finished_stays as
select
    d.simulated_date as discharge_date, d.hospital_id, d.ward_id, a.specialty, a.diagnosis_code,
    a.source, d.patient_id, d.encounter_id, d.admitted_at, d.discharged_at,
    round(extract(epoch from d.discharged_at - d.admitted_at) / 86400, 2) as stay_days,
    d.disposition,
    a.ward_id in (
        select ward_id from hospital.wards where specialty in ('high_care', 'intensive_care')
    ) or exists (
        select from hospital.transfers t
        join hospital.wards w on w.ward_id = t.ward_id
        where t.encounter_id = d.encounter_id and w.specialty in ('high_care', 'intensive_care')
    ) as in_critical_care,
    case when d.disposition = 'home' then (
        select min(again.admitted_at)
        from hospital.admissions again
        where again.patient_id = d.patient_id and again.source = 'emergency'
          and again.admitted_at > d.discharged_at
          and again.admitted_at <= d.discharged_at + interval '30 days'
    ) end as readmitted_at
from hospital.discharges d
left join hospital.admissions a using (encounter_id)
where d.encounter_id not like '%-X%';
comment on view insight.finished_stays is 'Each stay that began in the run and has ended: how long it was, how it ended, and whether the patient came back within 30 days';
comment on column insight.finished_stays.discharge_date   is 'The day on which it ended';
comment on column insight.finished_stays.hospital_id      is 'The hospital that the patient left';
comment on column insight.finished_stays.ward_id          is 'The ward that the patient left';
comment on column insight.finished_stays.specialty        is 'The specialty of the diagnosis; the ward''s may differ';
comment on column insight.finished_stays.diagnosis_code   is 'The diagnosis, an ICD-10 code';
comment on column insight.finished_stays.source           is 'emergency, or elective: the admission was planned';
comment on column insight.finished_stays.patient_id       is 'The patient';
comment on column insight.finished_stays.encounter_id     is 'The stay';
comment on column insight.finished_stays.admitted_at      is 'When it began';
comment on column insight.finished_stays.discharged_at    is 'When it ended';
comment on column insight.finished_stays.stay_days        is 'Its length in days';
comment on column insight.finished_stays.disposition      is 'home; died; referred: to a place outside these hospitals; against_advice: left against medical advice';
comment on column insight.finished_stays.in_critical_care is 'Whether the patient was in a ward of high or intensive care for a part of it';
comment on column insight.finished_stays.readmitted_at    is 'When a patient who had gone home was next admitted as an emergency, to any hospital, within 30 days; NULL if never';

create view insight.deaths_in_hospital as
select
    d.simulated_date as died_date, d.discharged_at as died_at, d.hospital_id, d.ward_id, w.specialty,
    d.patient_id, d.encounter_id
from hospital.discharges d
join hospital.wards w on w.ward_id = d.ward_id
where d.disposition = 'died'
union all
select
    v.simulated_date, v.left_at, v.hospital_id, w.ward_id, w.specialty, v.patient_id, v.encounter_id
from hospital.emergency_visits v
join hospital.wards w on w.hospital_id = v.hospital_id and w.specialty = 'emergency'
where v.outcome = 'died';
comment on view insight.deaths_in_hospital is 'Each death in a hospital, on a ward or in an emergency department';
comment on column insight.deaths_in_hospital.died_date    is 'The day';
comment on column insight.deaths_in_hospital.died_at      is 'When the patient died';
comment on column insight.deaths_in_hospital.hospital_id  is 'The hospital';
comment on column insight.deaths_in_hospital.ward_id      is 'The ward, or the emergency department';
comment on column insight.deaths_in_hospital.specialty    is 'What that ward treats; emergency for an emergency department';
comment on column insight.deaths_in_hospital.patient_id   is 'The patient';
comment on column insight.deaths_in_hospital.encounter_id is 'The stay or the emergency visit that the death ended';

create view insight.arrivals as
select
    simulated_date as arrived_date, hospital_id, diagnosis_code, source, arrival_mode, triage,
    patient_id, encounter_id, registered_at
from hospital.registrations
where encounter_id not like '%-X%';
comment on view insight.arrivals is 'Each patient who arrived at a hospital in the run, admitted or not';
comment on column insight.arrivals.arrived_date   is 'The day on which the patient was registered';
comment on column insight.arrivals.hospital_id    is 'The hospital';
comment on column insight.arrivals.diagnosis_code is 'The diagnosis, an ICD-10 code';
comment on column insight.arrivals.source         is 'emergency, or elective: the admission was planned';
comment on column insight.arrivals.arrival_mode   is 'walk_in or ambulance for an emergency, referral for a planned admission';
comment on column insight.arrivals.triage         is 'South African Triage Scale: red, orange, yellow or green; NULL for a planned admission';
comment on column insight.arrivals.patient_id     is 'The patient';
comment on column insight.arrivals.encounter_id   is 'The encounter that began';
comment on column insight.arrivals.registered_at  is 'When the patient was registered';
