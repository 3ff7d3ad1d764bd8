-- Stays of one patient that overlap, in all days.
select count(*)
from hospital.discharges a
join hospital.discharges b
    on b.patient_id = a.patient_id and b.encounter_id > a.encounter_id
    and b.admitted_at < a.discharged_at and a.admitted_at < b.discharged_at;
