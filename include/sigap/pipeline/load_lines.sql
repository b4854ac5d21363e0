-- Staged lines join the header of their funding source and wadah: one statement, so the database checks the set once.
INSERT INTO billing.invoice_line (
    invoice_id, roster_id, person_id, period, income_band, jkk_idr, jkm_idr, total_idr, tariff,
    payer_set, share_no
)
SELECT i.invoice_id, i.roster_id, s.person_id, s.period, s.income_band, s.jkk_idr, s.jkm_idr, s.total_idr, s.tariff,
       s.payer_set, s.share_no
FROM staged_line s
JOIN billing.invoice i
  ON i.roster_id = :roster_id AND i.status = 'draft' AND i.funding_source = s.funding_source AND i.wadah_code = s.wadah_code
ORDER BY i.invoice_id, s.person_id
