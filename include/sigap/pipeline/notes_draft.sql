INSERT INTO billing.note (period, kind, funding_source, wadah_code, status, people, jkk_idr, jkm_idr, total_idr, lines_sha256)
SELECT :period, kind, funding_source, wadah_code, 'draft', count(DISTINCT person_id), sum(jkk_idr), sum(jkm_idr), sum(total_idr),
       encode(sha256(string_agg(format(E'%s,%s,%s,%s,%s\n', correction_id, person_id, period, jkk_idr, jkm_idr), '' ORDER BY correction_id)::bytea), 'hex')
FROM noting
GROUP BY kind, funding_source, wadah_code
ORDER BY wadah_code, kind, funding_source
