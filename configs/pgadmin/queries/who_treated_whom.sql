-- Who treated a patient, when, where and in what role? Put a patient_id in place of the subquery,
-- which takes the patient who was discharged last.
select *
from insight.who_treated_whom
where patient_id = (
    select patient_id
    from hospital.discharges
    where simulated_date = (select max(simulated_date) from hospital.discharges)
    order by discharged_at desc
    limit 1
)
order by happened_at;
