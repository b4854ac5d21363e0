-- The month after: of one row in twenty, half tell other facts; the other half left and others came, with a new number and the same facts.
SELECT CASE WHEN hash(record) % 20 = 0 AND record % 2 = 0 THEN record + 1000000000 ELSE record END AS record,
       * EXCLUDE (record) REPLACE (
           CASE WHEN hash(record) % 20 = 0 AND record % 2 = 1 THEN NULL ELSE kelurahan_code END AS kelurahan_code,
           CASE WHEN hash(record) % 20 = 0 AND record % 2 = 1 THEN '+62 811-' || record ELSE phone END AS phone)
FROM rows
