SELECT kind, funding_source, wadah_code,
       encode(sha256(string_agg(format(E'%s,%s,%s,%s,%s\n', correction_id, person_id, period, jkk_idr, jkm_idr), '' ORDER BY correction_id)::bytea), 'hex') AS lines_sha256
FROM noting
GROUP BY kind, funding_source, wadah_code
