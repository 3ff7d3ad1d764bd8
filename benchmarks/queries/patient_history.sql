-- One patient's history.
select registered_at as happened_at, 'registered' as what, encounter_id
from hospital.registrations where patient_id = 'P0000100'
union all
select admitted_at, 'admitted', encounter_id from hospital.admissions where patient_id = 'P0000100'
union all
select transferred_at, 'transferred', encounter_id
from hospital.transfers where patient_id = 'P0000100'
union all
select discharged_at, 'discharged', encounter_id
from hospital.discharges where patient_id = 'P0000100'
order by happened_at;
