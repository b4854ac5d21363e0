DROP VIEW reporting.dim_person;
DROP TABLE identity.person_event, identity.person_nik;
DROP FUNCTION identity.check_open_month();
DROP FUNCTION identity.check_withdrawal();
DROP FUNCTION identity.person_as_of(text);
DROP FUNCTION identity.merge_as_of(text);
DROP FUNCTION identity.nik_as_of(text);
DROP INDEX identity.ix_person_nik;
-- The release before knows one person per NIK. Said here, since PostgreSQL's own message would quote the NIK.
DO $$
BEGIN
    IF EXISTS (SELECT FROM identity.person GROUP BY nik HAVING count(*) > 1) THEN
        RAISE EXCEPTION 'Some NIK have two numbers, which revision 0005 cannot hold. Keep this revision, or restore the backup made before it.';
    END IF;
END $$;
ALTER TABLE identity.person ADD CONSTRAINT uq_person_nik UNIQUE (nik);
