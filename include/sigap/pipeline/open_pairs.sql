-- One row per question: pairs with the same facts are asked about once, the highest risk first.
SELECT pairs.*, waiting.verdict_id
FROM pairs
LEFT JOIN waiting USING (fact_key)
WHERE waiting.verdict_id IS NOT NULL OR pairs.fact_key NOT IN (SELECT fact_key FROM effective)
QUALIFY row_number() OVER (
    PARTITION BY fact_key
    ORDER BY delivery_id, sheet, row, other_delivery_id, other_sheet, other_row
) = 1
ORDER BY greatest(same_risk_idr, different_risk_idr) DESC, match_weight DESC, fact_key
