-- Issued notes are owed: a release that does not know them is refused.
DO $$
BEGIN
    IF EXISTS (SELECT FROM billing.note WHERE status = 'issued') THEN
        RAISE EXCEPTION 'Some credit or debit notes are issued, which revision 0009 cannot hold. Keep this revision, or restore the backup made before it.';
    END IF;
END $$;
DROP VIEW reporting.note_overview, reporting.correction_overview;
DROP TRIGGER lines_not_left_out ON billing.invoice_line;
DROP TRIGGER void_not_corrected ON billing.invoice;
DROP TABLE billing.note_line, billing.note, billing.note_series, billing.correction_check, billing.correction;
DROP SEQUENCE billing.proposal_number;
DROP FUNCTION billing.check_note_number(), billing.check_note_number_used(), billing.check_note_series(), billing.note_number_of(text, text, text, integer);
DROP FUNCTION billing.check_deleted_note_lines(), billing.refuse_note_line_update(), billing.check_added_note_lines(), billing.refuse_overnoted(bigint[]);
DROP FUNCTION billing.check_note_balance(), billing.check_note(), billing.check_new_note(), billing.refuse_judged_notes(text);
DROP FUNCTION billing.refuse_unbalanced_notes(bigint[]), billing.digest_note(bigint);
DROP FUNCTION billing.check_correction_checks(), billing.check_void_corrected(), billing.check_lines_left_out();
DROP FUNCTION billing.check_added_corrections(), billing.refuse_over_corrected(bigint[]), billing.refuse_left_out(text[]), billing.left_out(text[]), billing.refuse_old_snapshot();
