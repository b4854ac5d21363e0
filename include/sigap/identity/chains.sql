-- Entities in which more NIK meet than were themselves judged to be one person's.
CREATE OR REPLACE TEMP TABLE met AS
SELECT joined.entity, count(DISTINCT worker.nik) AS niks
FROM joined JOIN worker ON worker.record = joined.record
WHERE worker.nik IS NOT NULL GROUP BY ALL HAVING count(DISTINCT worker.nik) > 1;

CREATE OR REPLACE TEMP TABLE chained AS
SELECT met.entity
FROM met LEFT JOIN (
    SELECT component.entity, count(DISTINCT row(least(l.nik, r.nik), greatest(l.nik, r.nik))) AS ties
    FROM judged JOIN component ON component.record = judged."left" JOIN met USING (entity)
    JOIN worker AS l ON l.record = judged."left" JOIN worker AS r ON r.record = judged."right"
    WHERE judged.kind = 'rows' AND judged.decision = 'same' AND l.nik <> r.nik
    GROUP BY ALL
) AS tied USING (entity)
WHERE coalesce(ties, 0) < niks * (niks - 1) // 2;

UPDATE judged SET decision = 'review', rule = 'chain'
FROM component JOIN chained USING (entity)
WHERE judged.kind = 'rows' AND judged."left" = component.record AND judged.decision = 'same' AND NOT judged.is_same_nik AND judged.rule <> 'verdict';
