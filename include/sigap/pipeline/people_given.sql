-- What a run is given. Dropped first: one transaction may assign two months.
DROP TABLE IF EXISTS pg_temp.listed, pg_temp.verdict, pg_temp.carried, pg_temp.said, pg_temp.home, pg_temp.merge,
    pg_temp.apart, pg_temp.gone, pg_temp.kept, pg_temp.grouped, pg_temp.claim, pg_temp.won, pg_temp.holder, pg_temp.went_by,
    pg_temp.assigned, pg_temp.merge_after, pg_temp.event, pg_temp.belonging;
CREATE TEMP TABLE listed (entity bigint, nik varchar(16) COLLATE "C", is_lead boolean, known bigint) ON COMMIT DROP;
CREATE TEMP TABLE verdict (
    nik varchar(16) COLLATE "C", other_nik varchar(16) COLLATE "C", verdict text, verdict_id bigint, actor text
) ON COMMIT DROP;
