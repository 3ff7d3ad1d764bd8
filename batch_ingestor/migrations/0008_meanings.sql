-- What a column of this name means in each table and view of schema hospital and insight that does
-- not say it more narrowly. A later migration that adds such a column comments on it itself.

do $$
declare
    bare record;
begin
    for bare in
        select c.oid::regclass as relation, meant.name, meant.meaning
        from (values
            ('absent', 'Shifts missed'),
            ('address', 'Address (invented)'),
            ('admissions', 'Patients admitted'),
            ('admitted_at', 'Time of admission'),
            ('birth_date', 'Date of birth'),
            ('boarders', 'Patients admitted to the ward who are waiting for a bed'),
            ('capacity', 'Beds in the ward'),
            ('census_date', 'The day'),
            ('change_id', 'Key: the person and the kind of change'),
            ('chronic_condition', 'A chronic condition; NULL if none'),
            ('department', 'The specialty of the ward, or emergency, or reserve'),
            ('diagnosis_code', 'ICD-10 code'),
            ('district', 'District of residence'),
            ('encounter_id', 'Key: the encounter'),
            ('event_id', 'The same event in the stream'),
            ('family_name', 'Family name (invented)'),
            ('given_name', 'Given name (invented)'),
            ('grade', 'Rank within the role'),
            ('hospital_id', 'The hospital'),
            ('hospital_name', 'The full name of the hospital'),
            ('hour', 'The hour in which it happened, 0 to 23'),
            ('nurse_id', 'The nurse who received the patient'),
            ('occupied', 'Beds with a patient'),
            ('patient_id', 'The patient'),
            ('registered_at', 'Time of registration'),
            ('registrations', 'Arrivals registered'),
            ('role', 'Profession, such as nurse'),
            ('seen', 'Patients seen by a doctor'),
            ('sex', 'F or M'),
            ('shift_name', 'day or night'),
            ('simulated_date', 'The published day from which the row, or the rows counted in it, were loaded'),
            ('source', 'emergency or elective'),
            ('specialty', 'What the ward treats'),
            ('staff_id', 'The person'),
            ('triage', 'South African Triage Scale: red, orange, yellow or green'),
            ('ward_id', 'The ward'),
            ('ward_name', 'The name of the ward'),
            ('weekday_name', 'The name of the weekday')
        ) meant (name, meaning)
        join pg_attribute a on a.attname = meant.name
        join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'v', 'm')
        where c.relnamespace in ('hospital'::regnamespace, 'insight'::regnamespace)
          and col_description(c.oid, a.attnum) is null
    loop
        execute format('comment on column %s.%I is %L', bare.relation, bare.name, bare.meaning);
    end loop;
end
$$;
