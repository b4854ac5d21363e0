-- Every stage goes at once: the tables refer to each other across schemas.
DROP SCHEMA reporting, settlement, billing, entitlement, identity, quality, sources, audit CASCADE;
