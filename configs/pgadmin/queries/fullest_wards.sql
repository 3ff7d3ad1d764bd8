-- Which wards have been the fullest, over all days?
select *
from insight.fullest_wards;
