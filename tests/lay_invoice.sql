-- One month by hand, without the verbs: draft roster, decisions, its approval, invoice, lines, its approval, issue.
-- The guards of the database see everything they ask for. Persons 1..people are subsidised; all are invented.
CREATE OR REPLACE FUNCTION pg_temp.lay_invoice(month text, count int, how_far text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    new_roster bigint;
    new_invoice bigint;
    next_number int;
BEGIN
    INSERT INTO identity.person (person_id, nik, first_period)
    SELECT id, '327501010180' || lpad(id::text, 4, '0'), month FROM generate_series(1, count) id
    ON CONFLICT DO NOTHING;

    INSERT INTO entitlement.roster (period, version, status, people, subsidised, decisions_sha256, rules_sha256)
    SELECT month, coalesce(max(version), 0) + 1, 'draft', count, count, repeat('d', 64), repeat('a', 64)
    FROM entitlement.roster WHERE period = month
    RETURNING roster_id INTO new_roster;

    INSERT INTO entitlement.decision (roster_id, person_id, nik, full_name, birth_date, sex, address,
        kelurahan_code, kecamatan_code, sector, desil, outcome, reason_code, rule, tier, rank, was_covered, change,
        funding_source, wadah_code)
    SELECT new_roster, person_id, nik, 'Warga ' || person_id, '1980-01-01', 'L', 'Jalan Contoh ' || person_id,
        '32.75.02.1002', '32.75.02', 'becak', 1, 'subsidised', 'ELIGIBLE', 'eligible@2025-10-01', 1, person_id,
        false, 'joined', 'APBD_KOTA', 'SG'
    FROM identity.person WHERE person_id <= count;

    INSERT INTO audit.approval (period, subject, roster_id, verdict, actor)
    VALUES (month, 'roster', new_roster, 'approved', 'dinas');
    UPDATE entitlement.roster SET status = 'approved' WHERE roster_id = new_roster;

    INSERT INTO billing.invoice (period, roster_id, funding_source, wadah_code, status, people, jkk_idr, jkm_idr,
        total_idr, due_date, lines_sha256, tariffs_sha256, covers_from, covers_to)
    VALUES (month, new_roster, 'APBD_KOTA', 'SG', 'draft', count, 10000 * count, 6800 * count, 16800 * count,
        (month || '-28')::date,
        (SELECT encode(sha256(string_agg(format(E'%s,%s,10000,6800\n', id, month), '' ORDER BY id)::bytea), 'hex')
         FROM generate_series(1, count) id),
        repeat('f', 64), month, month)
    RETURNING invoice_id INTO new_invoice;
    INSERT INTO billing.invoice_line (invoice_id, roster_id, person_id, period, income_band, jkk_idr, jkm_idr,
        total_idr, tariff, payer_set)
    SELECT new_invoice, roster_id, person_id, month, 1, 10000, 6800, 16800, 'jkk@2015-07-01,jkm@2015-07-01', 'APBD_KOTA'
    FROM entitlement.decision WHERE roster_id = new_roster;

    IF how_far <> 'draft' THEN
        INSERT INTO audit.approval (period, subject, roster_id, verdict, actor)
        VALUES (month, 'invoices', new_roster, 'approved', 'bendahara');
        UPDATE billing.invoice SET status = 'approved' WHERE invoice_id = new_invoice;
    END IF;
    IF how_far = 'issued' THEN
        INSERT INTO billing.number_series AS s VALUES ('SG', left(month, 4)::smallint, 1)
        ON CONFLICT (wadah_code, year, government) DO UPDATE SET last_number = s.last_number + 1
        RETURNING last_number INTO next_number;
        UPDATE billing.invoice
        SET status = 'issued', number = 'SIGAP/SG/' || month || '/' || lpad(next_number::text, 4, '0'), issued_at = now()
        WHERE invoice_id = new_invoice;
    END IF;
    RETURN new_invoice;
END $$;
