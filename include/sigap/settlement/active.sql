-- Who is active after all lists, the newest word about each number counting. `list_no` counts lists, the newest last.
SELECT nik, kpj
FROM activations
QUALIFY row_number() OVER (PARTITION BY coalesce(nik, kpj) ORDER BY list_no DESC, is_active DESC) = 1 AND is_active AND coalesce(nik, kpj) IS NOT NULL
