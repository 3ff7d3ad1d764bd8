-- insight.finished_stays by joins: who was in critical care and who came back are found once for all
-- stays, not once for each. Postgres still leaves out what a query does not ask for, the join with
-- the readmissions too, because each stay has at most one.

create or replace view insight.finished_stays as
select
    d.simulated_date as discharge_date, d.hospital_id, d.ward_id, a.specialty, a.diagnosis_code,
    a.source, d.patient_id, d.encounter_id, d.admitted_at, d.discharged_at,
    round(extract(epoch from d.discharged_at - d.admitted_at) / 86400, 2) as stay_days,
    d.disposition,
    a.ward_id in (
        select ward_id from hospital.wards where specialty in ('high_care', 'intensive_care')
    ) or d.encounter_id in (
        select t.encounter_id
        from hospital.transfers t
        join hospital.wards w on w.ward_id = t.ward_id
        where w.specialty in ('high_care', 'intensive_care')
    ) as in_critical_care,
    readmissions.readmitted_at
from hospital.discharges d
left join hospital.admissions a using (encounter_id)
left join (
    select home.encounter_id, min(again.admitted_at) as readmitted_at
    from hospital.discharges home
    join hospital.admissions again using (patient_id)
    where home.disposition = 'home' and again.source = 'emergency'
      and again.admitted_at > home.discharged_at
      and again.admitted_at <= home.discharged_at + interval '30 days'
    group by home.encounter_id
) readmissions using (encounter_id)
where d.encounter_id not like '%-X%';
