-- Each function takes its triggers along.
DROP FUNCTION audit.refuse_truncate() CASCADE;
DROP FUNCTION billing.check_balance_at_commit() CASCADE;
DROP FUNCTION billing.check_deleted_lines() CASCADE;
DROP FUNCTION billing.refuse_line_update() CASCADE;
DROP FUNCTION billing.check_added_lines() CASCADE;
DROP FUNCTION billing.refuse_unbalanced(bigint[]);
DROP FUNCTION billing.check_new_invoice() CASCADE;
DROP FUNCTION billing.check_invoice() CASCADE;
DROP FUNCTION entitlement.check_decisions() CASCADE;
DROP FUNCTION entitlement.check_new_roster() CASCADE;
DROP FUNCTION entitlement.check_roster() CASCADE;
DROP FUNCTION audit.check_approval() CASCADE;
DROP FUNCTION audit.same_account(text, text);
DROP FUNCTION audit.refuse_change() CASCADE;
