-- Who is in a hospital now, and since when?
select p.*, w.ward_name, w.hospital_name
from insight.current_patients p
join hospital.wards w using (ward_id)
order by p.admitted_at;
