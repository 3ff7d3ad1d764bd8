-- The ledger: what was loaded and when, and what was not. Committed together with the rows.

create table lake.ingested_days (
    simulated_date  date primary key,
    manifest_sha256 text,
    refused_reason  text,
    status          text not null generated always as
                    (case when refused_reason is null then 'loaded' else 'refused' end) stored,
    directory_state text not null,
    rows_waiting    bigint not null default 0 check (rows_waiting >= 0),
    to_load_again   boolean not null default false,
    processed_at    timestamptz not null default clock_timestamp(),
    check (manifest_sha256 is not null or refused_reason is not null)
);
comment on table  lake.ingested_days                 is 'The ledger by day: one row for each published day that the batch_ingestor has tried to load';
comment on column lake.ingested_days.simulated_date  is 'Key: the day';
comment on column lake.ingested_days.manifest_sha256 is 'Hash of the manifest whose rows are in the tables; NULL if the tables have no row of the day';
comment on column lake.ingested_days.refused_reason  is 'Why the last attempt was refused; NULL if it succeeded. Rows of an earlier load stay';
comment on column lake.ingested_days.status          is 'How the last attempt ended: loaded or refused';
comment on column lake.ingested_days.directory_state is 'What the directory looked like then (inodes, sizes, times), as a hash; if it differs now, the day is tried again';
comment on column lake.ingested_days.rows_waiting    is 'Rejected rows that may refer to an earlier day which is not loaded';
comment on column lake.ingested_days.to_load_again   is 'True if an earlier day that rows of this day may be waiting for has been loaded since';
comment on column lake.ingested_days.processed_at    is 'When the attempt ended (wall clock)';

create table lake.ingested_files (
    simulated_date   date not null references lake.ingested_days on delete cascade,
    dataset          text not null,
    path             text not null,
    sha256           text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    bytes            bigint not null check (bytes >= 0),
    rows_read        bigint not null check (rows_read >= 0),
    rows_loaded      bigint not null check (rows_loaded >= 0),
    rows_rejected    bigint not null check (rows_rejected >= 0),
    loaded_at        timestamptz not null default clock_timestamp(),
    duration_seconds numeric(9, 3) not null check (duration_seconds >= 0),
    primary key (simulated_date, dataset),
    check (rows_loaded + rows_rejected = rows_read)
);
comment on table  lake.ingested_files                  is 'The ledger by file: what came of each file that was loaded';
comment on column lake.ingested_files.simulated_date   is 'Key, with the dataset: the day';
comment on column lake.ingested_files.dataset          is 'Key, with the day: the dataset, as in configs/datasets.yaml';
comment on column lake.ingested_files.path             is 'The path of the file in the batch lake';
comment on column lake.ingested_files.sha256           is 'Hash of its bytes';
comment on column lake.ingested_files.bytes            is 'Its size';
comment on column lake.ingested_files.rows_read        is 'Rows of the file, without its header';
comment on column lake.ingested_files.rows_loaded      is 'Rows that went into the table';
comment on column lake.ingested_files.rows_rejected    is 'Rows that went into lake.rejected_rows';
comment on column lake.ingested_files.loaded_at        is 'When the load ended (wall clock)';
comment on column lake.ingested_files.duration_seconds is 'How long the load took';

create table lake.rejected_rows (
    simulated_date date not null,
    dataset        text not null,
    line           bigint not null check (line > 1),
    reason         text not null,
    waiting        boolean not null,
    raw_row        json not null,
    primary key (simulated_date, dataset, line),
    foreign key (simulated_date, dataset) references lake.ingested_files on delete cascade
);
comment on table  lake.rejected_rows                is 'Rows that were not loaded, and why';
comment on column lake.rejected_rows.simulated_date is 'Key: the published day';
comment on column lake.rejected_rows.dataset        is 'Key: the dataset';
comment on column lake.rejected_rows.line           is 'Key: the line of the file on which the row begins; the header is line 1';
comment on column lake.rejected_rows.reason         is 'What is wrong with the row; quotes none of its values';
comment on column lake.rejected_rows.waiting        is 'True if the row refers to a row that may come with an earlier day which is not loaded';
comment on column lake.rejected_rows.raw_row        is 'The fields as in the file; only the owner may read them';
