-- Wards, people and staff.
--
-- In every table of schema hospital, simulated_date is the published day from which a row came. No
-- row is updated: a day that is published anew replaces its rows. Ids are compared byte by byte
-- (collate "C"), which makes indexes faster, and no upgrade of a library can change their order.
-- Rows arrive in the order of their day, so a block range index (brin) finds a day at little cost.
--
-- 0008_meanings.sql comments on the columns that have no comment of their own here, or in the files
-- that follow.

create schema hospital;
comment on schema hospital is 'What happened in the simulated hospitals, loaded day by day from the batch lake';

create table hospital.wards (
    ward_id        text collate "C" primary key,
    hospital_id    text collate "C" not null,
    hospital_name  text not null,
    ward_name      text not null,
    specialty      text not null,
    capacity       integer not null check (capacity >= 0),
    simulated_date date not null
);
comment on table  hospital.wards                is 'A ward of a hospital, or its emergency department, as it was at the start';
comment on column hospital.wards.ward_id        is 'Key, such as JHB-MED';
comment on column hospital.wards.hospital_id    is 'The hospital that the ward belongs to';
comment on column hospital.wards.capacity       is 'Beds in the ward; for an emergency department, places';

create table hospital.people (
    patient_id        text collate "C" primary key,
    family_name       text not null,
    given_name        text not null,
    sex               text not null check (sex in ('F', 'M')),
    birth_date        date not null,
    district          text not null,
    address           text not null,
    chronic_condition text,
    simulated_date    date not null
);
comment on table  hospital.people                   is 'A person who lived near the hospitals at the start, or was born or moved in later; people_today says whether they still live there';
comment on column hospital.people.patient_id        is 'Key, such as P0000001; for a person born or moved in later with more digits, such as P187240001';

create table hospital.people_changes (
    change_id      text collate "C" primary key,
    patient_id     text collate "C" not null references hospital.people,
    change_type    text not null check (change_type in ('born', 'moved_in', 'moved_out', 'died')),
    change_date    date not null,
    hospital_id    text collate "C",
    simulated_date date not null,
    check (hospital_id is null or change_type = 'died')
);
comment on table  hospital.people_changes                is 'A birth, a death, or a move into or out of the area';
comment on column hospital.people_changes.patient_id     is 'The person';
comment on column hospital.people_changes.change_type    is 'born, moved_in, moved_out or died';
comment on column hospital.people_changes.change_date    is 'The day it happened';
comment on column hospital.people_changes.hospital_id    is 'The hospital in which the person died; NULL for other changes and places';

-- Finds the people who died or moved out, for the view below.
create index on hospital.people_changes (patient_id) where change_type in ('died', 'moved_out');

create view hospital.people_today as
select
    p.patient_id, p.family_name, p.given_name, p.sex, p.birth_date,
    p.district, p.address, p.chronic_condition,
    case c.change_type when 'died' then 'dead' when 'moved_out' then 'away' else 'living here' end
        as status,
    c.change_date as status_since_date
from hospital.people p
left join hospital.people_changes c
    on c.patient_id = p.patient_id and c.change_type in ('died', 'moved_out');
comment on view   hospital.people_today                   is 'Everyone who has ever lived near the hospitals, and their status at the end of the last loaded day';
comment on column hospital.people_today.patient_id        is 'Key, such as P0000001';
comment on column hospital.people_today.status            is 'living here, away or dead';
comment on column hospital.people_today.status_since_date is 'The day the person died or moved out; NULL for a person who lives here';

create table hospital.staff (
    staff_id       text collate "C" primary key,
    family_name    text not null,
    given_name     text not null,
    sex            text not null check (sex in ('F', 'M')),
    birth_date     date not null,
    role           text not null,
    grade          text not null,
    department     text not null,
    post_id        text collate "C" not null,
    hospital_id    text collate "C" not null,
    ward_id        text collate "C" references hospital.wards,
    shift_pattern  text not null,
    hired_date     date not null,
    simulated_date date not null,
    check (birth_date < hired_date)
);
comment on table  hospital.staff                is 'A person who worked in a hospital at the start, or was hired later; the view posts says who holds which post now';
comment on column hospital.staff.staff_id       is 'Key, such as S00001; for a person hired later with the first day of work, such as S00001-20220301';
comment on column hospital.staff.post_id        is 'The post that the person fills; one person at a time';
comment on column hospital.staff.hospital_id    is 'The hospital in which the person works';
comment on column hospital.staff.ward_id        is 'The ward to which the person belongs; NULL for the reserve pool, which fills in on any ward';
comment on column hospital.staff.shift_pattern  is 'The pattern of the person''s shifts';
comment on column hospital.staff.hired_date     is 'First day of work';

create table hospital.staff_changes (
    change_id      text collate "C" primary key,
    staff_id       text collate "C" not null references hospital.staff,
    change_type    text not null check (change_type in ('hired', 'left', 'retired')),
    change_date    date not null,
    role           text not null,
    grade          text not null,
    post_id        text collate "C" not null,
    hospital_id    text collate "C" not null,
    ward_id        text collate "C" references hospital.wards,
    simulated_date date not null
);
comment on table  hospital.staff_changes                is 'A person on the staff was hired, left or retired';
comment on column hospital.staff_changes.change_type    is 'hired, left, or retired (at 65)';
comment on column hospital.staff_changes.change_date    is 'The first day of work, or the first day without the person';
comment on column hospital.staff_changes.post_id        is 'The post that is filled, or becomes vacant';
comment on column hospital.staff_changes.hospital_id    is 'The hospital of the post';
comment on column hospital.staff_changes.ward_id        is 'The ward of the post; NULL for the reserve pool';

create view hospital.posts as
select distinct on (staff.post_id)
    staff.post_id, staff.role, staff.grade, staff.department, staff.hospital_id, staff.ward_id,
    case when gone.staff_id is null then staff.staff_id end as staff_id,
    coalesce(gone.change_date, staff.hired_date) as since_date
from hospital.staff
left join hospital.staff_changes as gone
    on gone.staff_id = staff.staff_id and gone.change_type in ('left', 'retired')
order by staff.post_id, staff.hired_date desc;
comment on view   hospital.posts             is 'Each post, with its holder at the end of the last loaded day';
comment on column hospital.posts.post_id     is 'The post';
comment on column hospital.posts.ward_id     is 'The ward; NULL for the reserve pool';
comment on column hospital.posts.staff_id    is 'The person who holds the post; NULL while it is vacant';
comment on column hospital.posts.since_date  is 'The day since which that person has held it, or since which it has been vacant';

create table hospital.shifts (
    shift_id         text collate "C" primary key,
    event_id         text collate "C" not null,
    staff_id         text collate "C" not null references hospital.staff,
    hospital_id      text collate "C" not null,
    ward_id          text collate "C" not null references hospital.wards,
    role             text not null,
    grade            text not null,
    post_id          text collate "C" not null,
    assignment       text not null check (assignment in ('own', 'reserve')),
    shift_name       text not null check (shift_name in ('day', 'night')),
    status           text not null check (status in ('worked', 'absent')),
    planned_start_at timestamptz not null,
    planned_end_at   timestamptz not null,
    started_at       timestamptz,
    ended_at         timestamptz,
    simulated_date   date not null,
    check (planned_end_at > planned_start_at),
    check (ended_at > started_at),
    check ((status = 'worked') = (started_at is not null)),
    check ((status = 'worked') = (ended_at is not null))
);
comment on table  hospital.shifts                  is 'A shift that was worked or missed';
comment on column hospital.shifts.shift_id         is 'Key: the person, the date, D or N';
comment on column hospital.shifts.event_id         is 'The event of its end, or of the absence, in the stream';
comment on column hospital.shifts.post_id          is 'The post whose work the shift does';
comment on column hospital.shifts.assignment       is 'own: the person''s own post; reserve: the reserve pool fills in for an absence or a vacant post';
comment on column hospital.shifts.status           is 'worked or absent';
comment on column hospital.shifts.planned_start_at is 'Planned start';
comment on column hospital.shifts.planned_end_at   is 'Planned end';
comment on column hospital.shifts.started_at       is 'Actual start; NULL if absent';
comment on column hospital.shifts.ended_at         is 'Actual end; NULL if absent';

create index on hospital.people         using brin (simulated_date);
create index on hospital.people_changes using brin (simulated_date);
create index on hospital.staff_changes  using brin (simulated_date);
-- For the summaries: see 0002_stays_and_beds.sql.
create index on hospital.shifts (simulated_date);
