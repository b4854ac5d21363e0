DROP TABLE identity.verdict_check, identity.verdict;
DROP FUNCTION identity.refuse_own_check();
