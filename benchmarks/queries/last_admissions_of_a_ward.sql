-- The last 50 admissions to a ward.
select * from hospital.admissions where ward_id = 'JHB-MED' order by admitted_at desc limit 50;
