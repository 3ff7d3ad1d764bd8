-- Readmissions within 30 days, in all days.
select count(*)
from hospital.discharges d
where exists (
    select from hospital.admissions a
    where a.patient_id = d.patient_id
      and a.admitted_at > d.discharged_at
      and a.admitted_at < d.discharged_at + interval '30 days'
);
