-- One row of the bill per invoiced person, in the order of person. Cells are text as BPJS writes it; `cells` is the whole row.
WITH ours AS (
    SELECT person_id AS place, nik, full_name, jkk_idr, jkm_idr
    FROM read_parquet($decisions) AS decisions JOIN read_parquet($lines) AS lines USING (person_id)
),

theirs AS (
    SELECT
        place,
        -- Somebody else, registered in another city, in the place of the person: one missing, one extra.
        CASE WHEN place % 1000 = 1 THEN '327603' || substr(nik, 7) ELSE nik END AS nik,
        '26' || lpad(CAST(place AS VARCHAR), 9, '0') AS kpj,
        full_name,
        jkk_idr,
        CASE WHEN place % 1000 IN (2, 3) THEN jkm_idr + 100 ELSE jkm_idr END AS jkm_idr
    FROM ours
),

written AS (
    SELECT
        place,
        nik,
        kpj,
        full_name,
        replace(format('{:,}', jkk_idr), ',', '.') AS jkk,
        replace(format('{:,}', jkm_idr), ',', '.') AS jkm,
        replace(format('{:,}', jkk_idr + jkm_idr), ',', '.') AS total
    FROM theirs
)

SELECT
    $delivery AS delivery_id,
    '' AS sheet,
    CAST(place + 1 AS INT) AS row,
    'bpjs_bills' AS source,
    CAST(
        json_object('NIK', nik, 'KPJ', kpj, 'Nama TK', full_name, 'BLTH', $period, 'JKK', jkk, 'JKM', jkm, 'Jumlah', total) AS VARCHAR
    ) AS cells,
    '' AS flags,
    'text' AS nik_cell,
    nik,
    kpj,
    full_name,
    $period AS month,
    jkk,
    jkm,
    total,
    'SG' AS wadah
FROM written
ORDER BY place
