-- What a column means in its own table, where 0008_meanings.sql said what its name means everywhere.

comment on table  hospital.wards                           is 'A ward of a hospital, or its emergency department, as it was at the start; bed_census says which beds are open';
comment on column hospital.wards.hospital_name             is 'The name of the hospital';
comment on column hospital.wards.ward_name                 is 'The name of the ward; other hospitals may use the same';
comment on column hospital.wards.specialty                 is 'Which patients it treats: a specialty, high_care, intensive_care or emergency';

comment on column hospital.people.patient_id               is 'Key, such as P0000001; of a person born or moved in later, P187240001: the day, counted from 1970-01-01, and a number';
comment on column hospital.people.sex                      is 'F (female) or M (male)';
comment on column hospital.people.birth_date               is 'Date of birth';
comment on column hospital.people.district                 is 'The district where the person lives, which decides the nearest hospital';
comment on column hospital.people.chronic_condition        is 'A chronic condition, such as hypertension; NULL if none';

comment on column hospital.people_changes.change_id        is 'Key: the person, and what happened';
comment on column hospital.people_changes.patient_id       is 'The person who was born, died or moved';
comment on column hospital.people_changes.hospital_id      is 'The hospital in which the person died; NULL for a death elsewhere, and for other changes';

comment on column hospital.staff.sex                       is 'F (female) or M (male)';
comment on column hospital.staff.role                      is 'The profession: doctor, nurse, nursing_assistant, porter or clerk';
comment on column hospital.staff.grade                     is 'The rank within the profession, such as registrar or unit_manager';
comment on column hospital.staff.department                is 'What the ward treats; emergency for an emergency department, reserve for the reserve pool';
comment on column hospital.staff.ward_id                   is 'The ward to which the person belongs; NULL for the reserve pool, which fills in on every ward of its hospital';
comment on column hospital.staff.shift_pattern             is 'Which days the person works: days or rotating, as in configs/staffing.yaml';

comment on column hospital.staff_changes.change_id         is 'Key: the person, and what happened';
comment on column hospital.staff_changes.staff_id          is 'The person who was hired, left or retired';
comment on column hospital.staff_changes.role              is 'The profession of the post';
comment on column hospital.staff_changes.grade             is 'The rank of the post within the profession';

comment on column hospital.posts.role                      is 'The profession of the post';
comment on column hospital.posts.grade                     is 'The rank of the post within the profession';
comment on column hospital.posts.department                is 'What the ward treats; emergency for an emergency department, reserve for the reserve pool';
comment on column hospital.posts.hospital_id               is 'The hospital of the post';

comment on table  hospital.shifts                          is 'A shift that was worked or missed, published on the day it ended, or was to begin';
comment on column hospital.shifts.shift_id                 is 'Key: the person, the day on which the shift begins, D (day) or N (night)';
comment on column hospital.shifts.staff_id                 is 'The person whose shift it is';
comment on column hospital.shifts.hospital_id              is 'The hospital of the ward';
comment on column hospital.shifts.ward_id                  is 'The ward where it was worked, or was to be: another than that of the post while a scenario keeps that one closed';
comment on column hospital.shifts.role                     is 'The profession of the person';
comment on column hospital.shifts.grade                    is 'The rank of the person within the profession';
comment on column hospital.shifts.post_id                  is 'The post that the shift fills: the person''s own, or for the reserve pool the one whose holder is absent, or which is vacant';
comment on column hospital.shifts.assignment               is 'own: the person''s own post; reserve: the reserve pool fills in';
comment on column hospital.shifts.shift_name               is 'day (07:00 to 19:00) or night (19:00 to 07:00), as shipped';
comment on column hospital.shifts.status                   is 'worked, or absent: the person did not come';

comment on column hospital.registrations.encounter_id      is 'Key: hospital, E (emergency), L (planned) or X (in hospital when the run began), hour, number, such as JHB-E2021040700-001; with -R1 the first readmission after it';
comment on column hospital.registrations.event_id          is 'The registered event in the stream that says the same';
comment on column hospital.registrations.hospital_id       is 'The hospital at which the patient arrived';
comment on column hospital.registrations.registered_at     is 'When the patient was registered; those in hospital when the run began, in its first second';
comment on column hospital.registrations.source            is 'emergency, or elective: the admission was planned';
comment on column hospital.registrations.arrival_mode      is 'walk_in or ambulance for an emergency, referral for a planned admission';
comment on column hospital.registrations.triage            is 'South African Triage Scale: red, orange, yellow or green; NULL for a planned admission';
comment on column hospital.registrations.diagnosis_code    is 'The diagnosis, an ICD-10 code';

comment on column hospital.admissions.encounter_id         is 'Key: the encounter of the registration';
comment on column hospital.admissions.event_id             is 'The admitted event in the stream that says the same';
comment on column hospital.admissions.hospital_id          is 'The hospital that admitted the patient';
comment on column hospital.admissions.ward_id              is 'The ward that admitted the patient, in a bed of its own or boarding';
comment on column hospital.admissions.bed_id               is 'The bed; NULL for a patient who boards: in the ward''s care, waiting for a bed';
comment on column hospital.admissions.doctor_id            is 'The doctor who admitted the patient';
comment on column hospital.admissions.nurse_id             is 'The nurse who received the patient in the ward';
comment on column hospital.admissions.admitted_at          is 'When the patient was admitted';
comment on column hospital.admissions.specialty            is 'The specialty of the diagnosis; the ward''s may differ: intensive care, or another ward for a patient who boards';
comment on column hospital.admissions.source               is 'emergency, or elective: the admission was planned';
comment on column hospital.admissions.diagnosis_code       is 'The diagnosis, an ICD-10 code';

comment on column hospital.transfers.event_id              is 'Key: the transferred event in the stream that says the same';
comment on column hospital.transfers.encounter_id          is 'The encounter of the patient who moved';
comment on column hospital.transfers.nurse_id              is 'The nurse who received the patient in the new ward';
comment on column hospital.transfers.previous_bed_id       is 'The bed that the patient left; NULL if the patient boarded';
comment on column hospital.transfers.bed_id                is 'The new bed; NULL if the patient boards in the new ward''s care';
comment on column hospital.transfers.reason                is 'bed_found: a bed for a patient who boarded; step_up: to more intensive care; step_down: to less; diverted: to another hospital, because there was no bed in this one; evacuated: out of a ward that closed';

comment on column hospital.discharges.encounter_id         is 'Key: the encounter that ended';
comment on column hospital.discharges.event_id             is 'The discharged event in the stream that says the same';
comment on column hospital.discharges.bed_id               is 'The bed that the patient left; NULL if the patient boarded';
comment on column hospital.discharges.doctor_id            is 'The doctor who discharged the patient';
comment on column hospital.discharges.nurse_id             is 'The nurse on duty at the discharge';
comment on column hospital.discharges.admitted_at          is 'When the stay began: the time of the admission';
comment on column hospital.discharges.disposition          is 'home; died; referred: to a place outside these hospitals; against_advice: left against medical advice';

comment on column hospital.postponements.patient_id        is 'The patient whose admission was put off';
comment on column hospital.postponements.hospital_id       is 'The hospital that put it off';
comment on column hospital.postponements.diagnosis_code    is 'The diagnosis, an ICD-10 code';

comment on column hospital.emergency_visits.encounter_id   is 'Key: the encounter of the registration';
comment on column hospital.emergency_visits.patient_id     is 'The patient who came';
comment on column hospital.emergency_visits.hospital_id    is 'The hospital of the emergency department';
comment on column hospital.emergency_visits.registered_at  is 'When the patient was registered';
comment on column hospital.emergency_visits.outcome        is 'home; admitted; referred: to a place outside these hospitals; died; left_before_seen: by a doctor';

comment on table  hospital.transports                      is 'A journey of a patient that has ended, by ambulance to a hospital or between two';
comment on column hospital.transports.transport_id         is 'Key: T, the encounter, and the number of its journey';
comment on column hospital.transports.event_id             is 'The arrived event in the stream that says the same';
comment on column hospital.transports.transport_type       is 'ambulance: to a hospital; inter_hospital: to another hospital that has a bed';
comment on column hospital.transports.origin               is 'Where it began: a district for an ambulance, a hospital_id between hospitals';
comment on column hospital.transports.hospital_id          is 'The hospital where it ended';

comment on table  hospital.bed_census                      is 'The beds and patients of a ward at the end of a day (24:00); emergency departments have no row';
comment on column hospital.bed_census.boarders             is 'Patients who board: in the ward''s care, waiting for a bed';

comment on column insight.admissions_by_hour_and_weekday.weekday_name  is 'The name of the weekday';
comment on column insight.admissions_by_hour_and_weekday.hour          is 'The hour of arrival or admission, 0 to 23';
comment on column insight.admissions_by_hour_and_weekday.admissions    is 'Patients admitted in that hour, on all such weekdays together';
comment on column insight.admissions_by_hour_and_weekday.registrations is 'Arrivals registered in that hour, on all such weekdays together';
comment on column insight.admissions_by_hour_and_weekday.admissions_a_day    is 'Patients admitted in that hour of such a weekday, on average';
comment on column insight.admissions_by_hour_and_weekday.registrations_a_day is 'Arrivals registered in that hour of such a weekday, on average';
comment on view   insight.length_of_stay_by_specialty                  is 'Length of the stays that began in the run and have ended';
comment on column insight.daily_arrivals.hospital_id                   is 'The hospital';
comment on column insight.daily_arrivals.hour                          is 'The hour of arrival or admission, 0 to 23';
comment on column insight.daily_arrivals.registrations                 is 'Arrivals registered; without those in hospital when the run began';
comment on column insight.daily_arrivals.admissions                    is 'Patients admitted; without those in hospital when the run began';
comment on column insight.daily_ward_moves.ward_id                     is 'The ward';
comment on table  insight.daily_stays                                  is 'Stays that began in the run and have ended, by day, specialty and length';
comment on column insight.length_of_stay_by_specialty.specialty        is 'The specialty of the diagnosis';
comment on column insight.daily_stays.specialty                        is 'The specialty of the diagnosis';
comment on column insight.daily_visits.triage                          is 'red, orange, yellow or green';
comment on column insight.daily_shifts.role                            is 'The profession';
comment on column insight.daily_shifts.shift_name                      is 'day or night';
comment on column insight.current_patients.specialty                   is 'The specialty of the diagnosis; the ward''s may differ: intensive care, or another ward for a patient who boards';
comment on view   insight.law_of_the_beds                              is 'Beds that a patient got while another had them, or left without having had them: empty when all is well';
comment on view   insight.law_of_the_shifts                            is 'Shifts that a person worked while still working another: empty when all is well. It reads all shifts: seconds on a long run';
comment on column insight.law_of_the_census.census_date                is 'The day';
comment on column insight.rejects_by_reason.reason                     is 'What is wrong with the rows, as in insight.rejected_rows';

do $$
declare
    loaded record;
begin
    for loaded in
        select attrelid::regclass as relation, relnamespace = 'insight'::regnamespace as is_summary
        from pg_attribute join pg_class on pg_class.oid = attrelid
        where attname = 'simulated_date' and relkind = 'r'
          and relnamespace in ('hospital'::regnamespace, 'insight'::regnamespace)
    loop
        execute format('comment on column %s.simulated_date is %L', loaded.relation,
                       case when loaded.is_summary then 'The published day from which the counted rows were loaded'
                       else 'The published day from which the row was loaded' end);
    end loop;
end
$$;
