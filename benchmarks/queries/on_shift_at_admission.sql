-- Who was on shift at each admission to a ward, in the last month.
select a.encounter_id, a.admitted_at, s.staff_id, s.role
from hospital.admissions a
join hospital.shifts s on s.ward_id = a.ward_id and a.admitted_at between s.started_at and s.ended_at
where a.ward_id = 'JHB-MED'
  and a.admitted_at > (select max(admitted_at) - interval '30 days' from hospital.admissions);
