-- A server whose pipeline connects as a superuser (the embedded one) keeps nobody to their rows: a plain role does it there.
DO $$
DECLARE
    schemas constant text := 'audit, sources, quality, identity, entitlement, billing, settlement, reporting';
    view name;
BEGIN
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) OR to_regnamespace('audit') IS NULL THEN
        RETURN;
    END IF;
    BEGIN
        CREATE ROLE sigap_pipeline NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN  -- another warehouse of the server has made it
    END;
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO sigap_pipeline', current_database());
    EXECUTE format('GRANT USAGE ON SCHEMA %s TO sigap_pipeline', schemas);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %s TO sigap_pipeline', schemas);
    EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %s TO sigap_pipeline', schemas);
    GRANT SELECT ON sigap_version TO sigap_pipeline;
    IF current_setting('server_version_num')::int >= 170000 THEN
        EXECUTE format('GRANT MAINTAIN ON ALL TABLES IN SCHEMA %s TO sigap_pipeline', schemas);  -- link has its tables analysed
    END IF;
    FOR view IN SELECT viewname FROM pg_views WHERE schemaname = 'reporting' LOOP
        EXECUTE format('ALTER VIEW reporting.%I OWNER TO sigap_pipeline', view);
    END LOOP;
END $$;
