-- What a row says, whatever a spreadsheet program does to blanks, line breaks and invisible characters on the way: equal digests, equal facts.
CREATE MACRO fold_cell(cell) AS trim(regexp_replace(cell, '[\s\p{Z}\p{C}]+', ' ', 'g'));
CREATE MACRO facts_digest(texts) AS md5(array_to_string([coalesce(fold_cell(cell), '') FOR cell IN texts], chr(31)));
