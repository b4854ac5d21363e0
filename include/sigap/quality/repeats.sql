-- Positions of rows whose valid NIK, name and birth date stand earlier in the same file. Only shared NIK are looked at.
WITH shared AS (
    SELECT nik FROM received WHERE nik_state = 'valid' GROUP BY nik HAVING count(*) > 1
),

candidates AS (
    SELECT
        position,
        nik,
        upper(printable(full_name)) AS full_name,
        coalesce(
            CAST(read_date(printable(birth_date), $birth_date_order) AS VARCHAR), printable(birth_date), ''
        ) AS birth_date
    FROM received
    SEMI JOIN shared USING (nik)
    WHERE nik_state = 'valid'
)

SELECT position
FROM candidates
QUALIFY row_number() OVER (PARTITION BY nik, full_name, birth_date ORDER BY position) > 1
