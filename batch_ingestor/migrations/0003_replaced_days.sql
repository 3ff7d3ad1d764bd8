-- Indexes for deleting the rows of a day that was published anew.
--
-- To delete a row, Postgres looks for rows that refer to it. Without an index on the referring column
-- it reads a whole table for each person and each member of staff that the day added; with indexes
-- that stay, every load would be slower, for what hardly ever happens. So they are created in the
-- transaction that deletes, and dropped at its end.

create function hospital.index_references(first_day date) returns void
language plpgsql security definer set search_path = pg_catalog
as $$
declare
    reference record;
    has_rows boolean;
begin
    for reference in
        select c.oid, c.conrelid::regclass as referring, c.confrelid::regclass as referred,
               a.attname
        from pg_constraint c
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
        where c.contype = 'f' and c.connamespace = 'hospital'::regnamespace
          and not exists (
              select from pg_index i
              where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1] and i.indpred is null
          )
    loop
        execute format('select exists (select from %s where simulated_date >= $1)',
                       reference.referred) into has_rows using first_day;
        continue when not has_rows;
        execute format('create index %I on %s (%I)',
                       'replacing_' || reference.oid, reference.referring, reference.attname);
    end loop;
end
$$;
comment on function hospital.index_references(date) is 'For a deletion: creates an index for each reference without one to rows of that day or later';

create function hospital.drop_reference_indexes() returns void
language plpgsql security definer set search_path = pg_catalog
as $$
declare
    index_name text;
begin
    for index_name in
        select relname from pg_class
        where relkind = 'i' and relnamespace = 'hospital'::regnamespace
          and relname like 'replacing\_%'
    loop
        execute format('drop index hospital.%I', index_name);
    end loop;
end
$$;
comment on function hospital.drop_reference_indexes() is 'Drops the indexes that index_references created';
