-- Views that check the conservation laws and report the loads.
--
-- The two laws that follow each bed and each person through the whole run are materialised; the
-- batch_ingestor refreshes them, and checks all three, when nothing is left to load.

create view insight.law_of_the_census as
select
    c.census_date, c.ward_id, c.patients_before,
    coalesce(m.admissions + m.transfers_in, 0) as came_in,
    coalesce(m.discharges + m.transfers_out, 0) as went_out,
    c.patients_before + coalesce(m.admissions + m.transfers_in - m.discharges - m.transfers_out, 0)
        as patients_expected,
    c.patients as patients_counted
from (
    select census_date, ward_id, occupied + boarders as patients,
           lag(occupied + boarders, 1, 0) over ward as patients_before,
           lag(census_date, 1, census_date - 1) over ward as date_before
    from hospital.bed_census
    window ward as (partition by ward_id order by census_date)
) c
left join insight.daily_ward_moves m on m.simulated_date = c.census_date and m.ward_id = c.ward_id
-- Nothing can be said of the day after one that is not loaded.
where c.date_before = c.census_date - 1
  and c.patients <> c.patients_before
      + coalesce(m.admissions + m.transfers_in - m.discharges - m.transfers_out, 0);
comment on view insight.law_of_the_census is 'Wards and days whose change of census does not equal admissions minus exits: empty when all is well';
comment on column insight.law_of_the_census.patients_before   is 'Patients at the end of the day before, boarders included';
comment on column insight.law_of_the_census.came_in           is 'Patients admitted, or transferred in';
comment on column insight.law_of_the_census.went_out          is 'Patients discharged, or transferred out';
comment on column insight.law_of_the_census.patients_expected is 'Patients at the end of the day that follow from these';
comment on column insight.law_of_the_census.patients_counted  is 'Patients that the census counts';

create materialized view insight.law_of_the_beds as
with moves as (
    select bed_id, admitted_at as happened_at, encounter_id, 1 as change
    from hospital.admissions where bed_id is not null
    union all
    select bed_id, transferred_at, encounter_id, 1
    from hospital.transfers where bed_id is not null
    union all
    select previous_bed_id, transferred_at, encounter_id, -1
    from hospital.transfers where previous_bed_id is not null
    union all
    select bed_id, discharged_at, encounter_id, -1
    from hospital.discharges where bed_id is not null
), pairs as (
    select bed_id, happened_at, encounter_id, change,
           lag(change, 1, -1) over bed as change_before,
           lag(encounter_id) over bed as encounter_before
    from moves
    window bed as (partition by bed_id order by happened_at, change)
)
select bed_id, happened_at, encounter_id, change, encounter_before
from pairs
where change = change_before
   or (change = -1 and encounter_id is distinct from encounter_before);
comment on materialized view insight.law_of_the_beds is 'Beds that a patient got while another had them, or left without having had them: empty when all is well. Refreshed after the last load';
comment on column insight.law_of_the_beds.bed_id           is 'The bed';
comment on column insight.law_of_the_beds.happened_at      is 'When it happened';
comment on column insight.law_of_the_beds.encounter_id     is 'The stay of that patient';
comment on column insight.law_of_the_beds.change           is '1: the patient got the bed; -1: the patient left it';
comment on column insight.law_of_the_beds.encounter_before is 'The stay of the previous change in this bed; NULL if there is none';

create materialized view insight.law_of_the_shifts as
select staff_id, shift_id, started_at, previous_shift_id, previous_ended_at
from (
    select staff_id, shift_id, started_at,
           lag(shift_id) over person as previous_shift_id,
           lag(ended_at) over person as previous_ended_at
    from hospital.shifts
    where status = 'worked'
    window person as (partition by staff_id order by started_at)
) worked
where started_at < previous_ended_at;
comment on materialized view insight.law_of_the_shifts is 'Shifts that a person worked while still working another: empty when all is well. Refreshed after the last load';
comment on column insight.law_of_the_shifts.shift_id          is 'The shift';
comment on column insight.law_of_the_shifts.started_at        is 'When it started';
comment on column insight.law_of_the_shifts.previous_shift_id is 'The person''s shift before';
comment on column insight.law_of_the_shifts.previous_ended_at is 'When that shift ended';

create view insight.rejected_rows as
select simulated_date, dataset, line, reason, waiting
from lake.rejected_rows;
comment on view insight.rejected_rows is 'Rows that were not loaded, and why; only the owner may read the rows themselves';
comment on column insight.rejected_rows.simulated_date is 'The published day';
comment on column insight.rejected_rows.dataset        is 'The dataset';
comment on column insight.rejected_rows.line           is 'The line of the file on which the row begins; the header is line 1';
comment on column insight.rejected_rows.reason         is 'What is wrong with the row';
comment on column insight.rejected_rows.waiting        is 'Whether the row may still be loaded, once an earlier day that is missing has come';

create view insight.rejects_by_reason as
select dataset, reason, count(*) as rows, min(simulated_date) as first_date,
       max(simulated_date) as last_date
from lake.rejected_rows
group by dataset, reason
order by rows desc, dataset, reason;
comment on view insight.rejects_by_reason is 'Numbers of rows that were not loaded, by reason';
comment on column insight.rejects_by_reason.dataset    is 'The dataset';
comment on column insight.rejects_by_reason.reason     is 'What is wrong with the rows';
comment on column insight.rejects_by_reason.rows       is 'Number of rows';
comment on column insight.rejects_by_reason.first_date is 'The first day with such a row';
comment on column insight.rejects_by_reason.last_date  is 'The last day with such a row';

create view insight.days_refused as
select
    simulated_date,
    refused_reason,
    manifest_sha256 is not null as rows_of_an_earlier_load_stay,
    processed_at
from lake.ingested_days
where refused_reason is not null
order by simulated_date;
comment on view insight.days_refused is 'Days whose last attempt was refused, and why';
comment on column insight.days_refused.simulated_date               is 'The day';
comment on column insight.days_refused.refused_reason               is 'What is wrong with it';
comment on column insight.days_refused.rows_of_an_earlier_load_stay is 'Whether the tables have rows of the day from an earlier load';
comment on column insight.days_refused.processed_at                 is 'When it was last tried (wall clock)';

create view insight.load_times as
select
    simulated_date,
    sum(rows_read) as rows_read, sum(rows_loaded) as rows_loaded,
    sum(rows_rejected) as rows_rejected, sum(duration_seconds) as seconds,
    round(sum(rows_read) / nullif(sum(duration_seconds), 0)) as rows_a_second,
    (array_agg(dataset order by duration_seconds desc))[1] as slowest_dataset,
    max(loaded_at) as loaded_at
from lake.ingested_files
group by simulated_date
order by simulated_date;
comment on view insight.load_times is 'How long each day took to load';
comment on column insight.load_times.simulated_date  is 'The day';
comment on column insight.load_times.rows_read       is 'Rows of its files';
comment on column insight.load_times.rows_loaded     is 'Rows that went into the tables';
comment on column insight.load_times.rows_rejected   is 'Rows that were rejected';
comment on column insight.load_times.seconds         is 'How long its files took in all';
comment on column insight.load_times.rows_a_second   is 'Rows read a second';
comment on column insight.load_times.slowest_dataset is 'The dataset whose file took longest';
comment on column insight.load_times.loaded_at       is 'When the last of its files was loaded (wall clock)';
