create table hospital.treatments (
    treatment_id     text collate "C" primary key,
    encounter_id     text collate "C" not null references hospital.registrations,
    treatment_date   date not null,
    duration_minutes integer not null check (duration_minutes between 1 and 1440),
    cost             numeric(12, 2) check (cost >= 0),
    simulated_date   date not null
);
