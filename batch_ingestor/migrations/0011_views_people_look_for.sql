-- Views that answer what people ask first: until when, who, where, how full, by whom, what was put off.
--
-- A ward is full against the beds that were open: those of a ward that a scenario keeps closed are
-- none. What it has to carry is the demand: its patients in beds and those who wait for one.

create view insight.last_loaded_day as
select max(simulated_date) as last_loaded_date,
       (max(simulated_date) + 1)::timestamp at time zone 'UTC' as as_of,
       count(*) as days_loaded
from lake.ingested_days
where manifest_sha256 is not null;
comment on view insight.last_loaded_day is 'The last day that is loaded, and the instant at which it ends';
comment on column insight.last_loaded_day.last_loaded_date is 'The last day that is loaded';
comment on column insight.last_loaded_day.as_of            is 'Its end (24:00): the views of the current situation show this instant';
comment on column insight.last_loaded_day.days_loaded      is 'Days that are loaded, the one before the run with what exists at the start included';

drop view insight.occupancy_by_ward_and_day;
create view insight.occupancy_by_ward_and_day as
select
    c.census_date, w.hospital_name, w.ward_name, c.ward_id,
    w.capacity, c.capacity as open_beds, c.occupied, c.boarders,
    c.occupied + c.boarders as patients,
    round(100.0 * c.occupied / nullif(c.capacity, 0), 1) as occupancy_percent,
    round(100.0 * (c.occupied + c.boarders) / nullif(c.capacity, 0), 1) as demand_percent
from hospital.bed_census c
join hospital.wards w using (ward_id);
comment on view insight.occupancy_by_ward_and_day is 'Open beds, occupancy and demand of each ward at the end of each day (24:00); emergency departments have no census';
comment on column insight.occupancy_by_ward_and_day.census_date       is 'The day that ends';
comment on column insight.occupancy_by_ward_and_day.hospital_name     is 'The name of the hospital';
comment on column insight.occupancy_by_ward_and_day.ward_name         is 'The name of the ward; other hospitals may use the same';
comment on column insight.occupancy_by_ward_and_day.ward_id           is 'The ward';
comment on column insight.occupancy_by_ward_and_day.capacity          is 'All beds of the ward';
comment on column insight.occupancy_by_ward_and_day.open_beds         is 'Those of them that were open: 0 while a scenario keeps the ward closed';
comment on column insight.occupancy_by_ward_and_day.occupied          is 'Beds with a patient';
comment on column insight.occupancy_by_ward_and_day.boarders          is 'Patients who board: in the ward''s care, waiting for a bed';
comment on column insight.occupancy_by_ward_and_day.patients          is 'The demand: patients in beds and boarding';
comment on column insight.occupancy_by_ward_and_day.occupancy_percent is 'Occupied beds, in percent of the open ones; NULL for a ward without open beds';
comment on column insight.occupancy_by_ward_and_day.demand_percent    is 'Patients in percent of the open beds, above 100 if more patients board than beds are free; NULL for a ward without open beds';

drop view insight.current_wards;
create view insight.current_wards as
select
    (c.census_date + 1)::timestamp at time zone 'UTC' as as_of,
    c.hospital_name, c.ward_name, c.ward_id, w.specialty,
    c.capacity, c.open_beds, c.occupied, c.boarders, c.patients,
    c.open_beds - c.occupied as free_beds,
    c.occupancy_percent, c.demand_percent
from insight.occupancy_by_ward_and_day c
join hospital.wards w using (ward_id)
where c.census_date = (select max(census_date) from hospital.bed_census)
order by (c.open_beds = 0 and c.patients > 0) desc, c.demand_percent desc nulls last, c.ward_id;
comment on view insight.current_wards is 'Each ward now, at the end of the last loaded day, the fullest first';
comment on column insight.current_wards.as_of             is 'The instant shown: the end of the last loaded day (24:00)';
comment on column insight.current_wards.hospital_name     is 'The name of the hospital';
comment on column insight.current_wards.ward_name         is 'The name of the ward; other hospitals may use the same';
comment on column insight.current_wards.ward_id           is 'The ward';
comment on column insight.current_wards.specialty         is 'What the ward treats';
comment on column insight.current_wards.capacity          is 'All beds of the ward';
comment on column insight.current_wards.open_beds         is 'Those of them that are open: 0 while a scenario keeps the ward closed';
comment on column insight.current_wards.occupied          is 'Beds with a patient';
comment on column insight.current_wards.boarders          is 'Patients who board: in the ward''s care, waiting for a bed';
comment on column insight.current_wards.patients          is 'The demand: patients in beds and boarding';
comment on column insight.current_wards.free_beds         is 'Open beds without a patient; one that is being cleaned counts, too';
comment on column insight.current_wards.occupancy_percent is 'Occupied beds, in percent of the open ones; NULL for a ward without open beds';
comment on column insight.current_wards.demand_percent    is 'Patients in percent of the open beds; NULL for a ward without open beds';

create view insight.fullest_wards as
select
    o.hospital_name, o.ward_name, o.ward_id,
    count(*) filter (where o.open_beds > 0) as days_open,
    count(*) filter (where o.open_beds = 0) as days_closed,
    round(100.0 * sum(o.patients) filter (where o.open_beds > 0) / nullif(sum(o.open_beds), 0), 1)
        as mean_demand_percent,
    max(o.demand_percent) as highest_demand_percent,
    (array_agg(o.census_date order by o.demand_percent desc nulls last, o.census_date))[1]
        as highest_demand_date,
    max(o.boarders) as most_boarders
from insight.occupancy_by_ward_and_day o
join hospital.wards w using (ward_id)
where w.capacity > 0
group by o.hospital_name, o.ward_name, o.ward_id
order by mean_demand_percent desc nulls last, o.ward_id;
comment on view insight.fullest_wards is 'How full each ward has been over all loaded days, by its demand at the end of each day (24:00), the fullest first; current_wards says how full it is now';
comment on column insight.fullest_wards.hospital_name          is 'The name of the hospital';
comment on column insight.fullest_wards.ward_name              is 'The name of the ward; other hospitals may use the same';
comment on column insight.fullest_wards.ward_id                is 'The ward';
comment on column insight.fullest_wards.days_open              is 'Days at whose end the ward had open beds';
comment on column insight.fullest_wards.days_closed            is 'Days at whose end it had none; they count in no other column but most_boarders';
comment on column insight.fullest_wards.mean_demand_percent    is 'Patients, in beds and boarding, in percent of the open beds, over all days';
comment on column insight.fullest_wards.highest_demand_percent is 'The same on the fullest day';
comment on column insight.fullest_wards.highest_demand_date    is 'The fullest day, the first of several';
comment on column insight.fullest_wards.most_boarders          is 'The most patients who boarded at the end of a day';

drop view insight.current_patients;
create view insight.current_patients as
select
    l.as_of, a.patient_id, p.given_name, p.family_name, a.encounter_id,
    w.hospital_name, w.ward_name, w.ward_id, here.bed_id,
    a.specialty, a.source, a.diagnosis_code, a.admitted_at, t.transferred_at as moved_at
from hospital.admissions a
left join lateral (
    select * from hospital.transfers
    where encounter_id = a.encounter_id
    order by transferred_at desc, length(event_id) desc, event_id desc
    limit 1
) t on true
cross join lateral (
    select case when t.event_id is null then a.ward_id else t.ward_id end as ward_id,
           case when t.event_id is null then a.bed_id else t.bed_id end as bed_id
) here
join hospital.wards w on w.ward_id = here.ward_id
join hospital.people p on p.patient_id = a.patient_id
cross join insight.last_loaded_day l
where not exists (select from hospital.discharges d where d.encounter_id = a.encounter_id);
comment on view insight.current_patients is 'Who is in hospital now, at the end of the last loaded day: everyone admitted and not yet discharged';
comment on column insight.current_patients.as_of          is 'The instant shown: the end of the last loaded day (24:00)';
comment on column insight.current_patients.patient_id     is 'The patient';
comment on column insight.current_patients.given_name     is 'The patient''s given name (invented)';
comment on column insight.current_patients.family_name    is 'The patient''s family name (invented)';
comment on column insight.current_patients.encounter_id   is 'The stay';
comment on column insight.current_patients.hospital_name  is 'The hospital where the patient is';
comment on column insight.current_patients.ward_name      is 'The ward where the patient is';
comment on column insight.current_patients.ward_id        is 'The key of that ward';
comment on column insight.current_patients.bed_id         is 'The bed; NULL for a patient who boards: in the ward''s care, waiting for a bed';
comment on column insight.current_patients.specialty      is 'The specialty that admitted the patient, which may differ from the ward''s after a transfer';
comment on column insight.current_patients.source         is 'How the patient came: emergency, or elective if the admission was planned';
comment on column insight.current_patients.diagnosis_code is 'The diagnosis at admission, an ICD-10 code';
comment on column insight.current_patients.admitted_at    is 'When the patient was admitted; for those in hospital when the run began, its first second';
comment on column insight.current_patients.moved_at       is 'When the patient was last transferred; NULL if never';

create view insight.who_treated_whom as
select
    care.patient_id, care.happened_at, care.role,
    care.doctor_id, concat_ws(' ', doctor.given_name, doctor.family_name) as doctor_name,
    care.nurse_id, concat_ws(' ', nurse.given_name, nurse.family_name) as nurse_name,
    w.hospital_name, w.ward_name, w.ward_id, care.bed_id, care.encounter_id
from (
    select patient_id, admitted_at as happened_at, 'admitted by' as role,
           doctor_id, nurse_id, ward_id, bed_id, encounter_id
    from hospital.admissions
    union all
    select patient_id, transferred_at, 'received by', doctor_id, nurse_id, ward_id, bed_id,
           encounter_id
    from hospital.transfers
    union all
    select patient_id, discharged_at, 'discharged by', doctor_id, nurse_id, ward_id, bed_id,
           encounter_id
    from hospital.discharges
) care
join hospital.wards w on w.ward_id = care.ward_id
join hospital.staff doctor on doctor.staff_id = care.doctor_id
join hospital.staff nurse on nurse.staff_id = care.nurse_id;
comment on view insight.who_treated_whom is 'Which doctor and which nurse saw to a patient at each admission, transfer and discharge, and where; ask for one patient_id, in order of happened_at';
comment on column insight.who_treated_whom.patient_id    is 'The patient';
comment on column insight.who_treated_whom.happened_at   is 'When the patient was admitted, transferred or discharged';
comment on column insight.who_treated_whom.role          is 'What the two did: admitted by, received by (the ward to which the patient was transferred) or discharged by';
comment on column insight.who_treated_whom.doctor_id     is 'The doctor, on shift in that ward then, or if nobody was, in another ward of the hospital';
comment on column insight.who_treated_whom.doctor_name   is 'The doctor''s name (invented)';
comment on column insight.who_treated_whom.nurse_id      is 'The nurse, on shift in that ward then, or if nobody was, in another ward of the hospital';
comment on column insight.who_treated_whom.nurse_name    is 'The nurse''s name (invented)';
comment on column insight.who_treated_whom.hospital_name is 'The hospital';
comment on column insight.who_treated_whom.ward_name     is 'The ward: of a transfer, the new one';
comment on column insight.who_treated_whom.ward_id       is 'The key of that ward';
comment on column insight.who_treated_whom.bed_id        is 'The bed: of a transfer, the new one; NULL for a patient who boards: in the ward''s care, waiting for a bed';
comment on column insight.who_treated_whom.encounter_id  is 'The stay';

create view insight.postponed_admissions as
select
    put_off.encounter_id, put_off.patient_id, put_off.hospital_id, put_off.specialty,
    put_off.diagnosis_code, put_off.first_planned_at, put_off.times_put_off, put_off.reasons,
    put_off.put_off_to, r.registered_at,
    round(extract(epoch from r.registered_at - put_off.first_planned_at) / 86400, 1) as waited_days,
    case when r.registered_at is not null then 'came'
         when put_off.put_off_to >= l.as_of then 'expected'
         else 'did not come' end as outcome
from (
    select encounter_id, patient_id, hospital_id, specialty, diagnosis_code,
           min(planned_at) as first_planned_at, max(postponement) as times_put_off,
           string_agg(distinct reason, ', ' order by reason) as reasons,
           max(postponed_to) as put_off_to
    from hospital.postponements
    group by encounter_id, patient_id, hospital_id, specialty, diagnosis_code
) put_off
left join hospital.registrations r using (encounter_id)
cross join insight.last_loaded_day l;
comment on view insight.postponed_admissions is 'Planned admissions that were put off, why, and whether the patient came in the end; days that model version 1 computed tell of none';
comment on column insight.postponed_admissions.encounter_id     is 'The planned encounter';
comment on column insight.postponed_admissions.patient_id       is 'The patient';
comment on column insight.postponed_admissions.hospital_id      is 'The hospital';
comment on column insight.postponed_admissions.specialty        is 'The specialty whose bed the patient needed';
comment on column insight.postponed_admissions.diagnosis_code   is 'The diagnosis, an ICD-10 code';
comment on column insight.postponed_admissions.first_planned_at is 'When the patient was to be registered at first, as far as the table goes back';
comment on column insight.postponed_admissions.times_put_off    is 'How often it was put off';
comment on column insight.postponed_admissions.reasons          is 'Why: beds_full (too many of the specialty''s beds were taken), ward_closed (no ward of the specialty was open), or both';
comment on column insight.postponed_admissions.put_off_to       is 'The latest time to which it was put off';
comment on column insight.postponed_admissions.registered_at    is 'When the patient was registered; NULL if not yet, or never';
comment on column insight.postponed_admissions.waited_days      is 'Days from first_planned_at to registered_at; NULL while the patient has not come';
comment on column insight.postponed_admissions.outcome          is 'came, expected (the time has not come by the end of the last loaded day), or did not come (died, moved away, or was in hospital already)';

create view insight.postponements_by_reason as
select
    p.hospital_id, p.specialty, p.reason, count(*) as postponements,
    count(distinct p.encounter_id) as admissions_put_off,
    min(p.planned_at) as first_planned_at, max(p.planned_at) as last_planned_at
from hospital.postponements p
group by p.hospital_id, p.specialty, p.reason
order by postponements desc, p.hospital_id, p.specialty, p.reason;
comment on view insight.postponements_by_reason is 'How often planned admissions were put off, by hospital, specialty and reason';
comment on column insight.postponements_by_reason.hospital_id        is 'The hospital';
comment on column insight.postponements_by_reason.specialty          is 'The specialty whose beds the patients needed';
comment on column insight.postponements_by_reason.reason             is 'beds_full: too many of the specialty''s beds were taken; ward_closed: no ward of the specialty was open';
comment on column insight.postponements_by_reason.postponements      is 'How often an admission was put off for that reason';
comment on column insight.postponements_by_reason.admissions_put_off is 'Planned admissions that were put off for it, each counted once';
comment on column insight.postponements_by_reason.first_planned_at   is 'The earliest time for which one of them was planned';
comment on column insight.postponements_by_reason.last_planned_at    is 'The latest such time';
