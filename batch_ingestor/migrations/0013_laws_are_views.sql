-- Each law is a view, beside the others in pgAdmin's tree, and says what is so now. A table that the
-- batch_ingestor filled showed what was so at its last check.

drop function insight.check_laws();
drop table insight.law_of_the_beds;
drop table insight.law_of_the_shifts;

create view insight.law_of_the_beds as
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
comment on view   insight.law_of_the_beds                  is 'Beds that a patient got while another had them, or left without having had them: empty when all is well. It reads all stays, which takes seconds';
comment on column insight.law_of_the_beds.bed_id           is 'The bed';
comment on column insight.law_of_the_beds.happened_at      is 'When it happened';
comment on column insight.law_of_the_beds.encounter_id     is 'The stay of that patient';
comment on column insight.law_of_the_beds.change           is '1: the patient got the bed; -1: the patient left it';
comment on column insight.law_of_the_beds.encounter_before is 'The stay of the previous change in this bed; NULL if there is none';

create view insight.law_of_the_shifts as
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
comment on view   insight.law_of_the_shifts                   is 'Shifts that a person worked while still working another: empty when all is well. It reads all shifts, which takes seconds';
comment on column insight.law_of_the_shifts.staff_id          is 'The person on the staff';
comment on column insight.law_of_the_shifts.shift_id          is 'The shift';
comment on column insight.law_of_the_shifts.started_at        is 'When it started';
comment on column insight.law_of_the_shifts.previous_shift_id is 'The person''s shift before';
comment on column insight.law_of_the_shifts.previous_ended_at is 'When that shift ended';

-- A ward that was closed at the end of the day before was closed all day. On its first day an edit
-- may have closed it at any hour: at that of the first evacuation. If nobody was evacuated, only who
-- was there at the end of that day is judged. (If edits opened a ward and closed it again within one
-- day, what it did meanwhile is listed, although it was open.)
create view insight.law_of_the_closed_wards as
select census_date, ward_id, closed_from, admitted, transferred_in, patients, shifts_begun
from (
    select c.census_date, c.ward_id, closing.closed_from, c.occupied + c.boarders as patients,
           (select count(*) from hospital.admissions a
            where a.ward_id = c.ward_id
              and a.admitted_at >= closing.closed_from and a.admitted_at < day.ends) as admitted,
           (select count(*) from hospital.transfers t
            where t.ward_id = c.ward_id
              and t.transferred_at >= closing.closed_from and t.transferred_at < day.ends)
               as transferred_in,
           (select count(*) from hospital.shifts s
            where s.ward_id = c.ward_id
              and s.started_at >= closing.closed_from and s.started_at < day.ends) as shifts_begun
    from hospital.bed_census c
    join hospital.wards w on w.ward_id = c.ward_id and w.capacity > 0
    left join hospital.bed_census before
        on before.ward_id = c.ward_id and before.census_date = c.census_date - 1
    cross join lateral (
        select c.census_date::timestamp at time zone 'UTC' as begins,
               (c.census_date + 1)::timestamp at time zone 'UTC' as ends
    ) day
    cross join lateral (
        select case when before.capacity = 0 then day.begins
                    else (select date_trunc('hour', min(t.transferred_at)) from hospital.transfers t
                          where t.previous_ward_id = c.ward_id and t.reason = 'evacuated'
                            and t.simulated_date = c.census_date) end as closed_from
    ) closing
    where c.capacity = 0
) closed
where patients > 0 or admitted > 0 or transferred_in > 0 or shifts_begun > 0;
comment on view   insight.law_of_the_closed_wards                is 'Wards and days on which a closed ward admitted, received, held or staffed anybody: empty when all is well. Days that model version 1 computed are not judged: their census does not tell closed wards';
comment on column insight.law_of_the_closed_wards.census_date    is 'The day, at whose end (24:00) the ward had no open beds';
comment on column insight.law_of_the_closed_wards.ward_id        is 'The ward';
comment on column insight.law_of_the_closed_wards.closed_from    is 'Since when on that day it was closed: from its beginning if it was closed the day before, else from the hour of the first evacuation; NULL if nobody was evacuated that day. If edits opened the ward and closed it again within the day, what it did meanwhile is listed, although it was open';
comment on column insight.law_of_the_closed_wards.admitted       is 'Patients admitted into it since then';
comment on column insight.law_of_the_closed_wards.transferred_in is 'Patients transferred into it since then';
comment on column insight.law_of_the_closed_wards.patients       is 'Patients in it at the end of the day, in beds and boarding';
comment on column insight.law_of_the_closed_wards.shifts_begun   is 'Shifts that began there since then and were worked';
