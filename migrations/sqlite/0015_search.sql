-- Words in the lines of statements, and what every index of words is built from.

-- What a transaction is found by: its reference, its description, its amount with decimals. Only the first row of a family.
CREATE VIEW txn_words AS
SELECT key, reference || ' ' || description || ' '
    || CASE exponent WHEN 0 THEN digits ELSE substr(digits, 1, length(digits) - exponent) || '.' || substr(digits, -exponent) END AS words
FROM (
    SELECT key, reference, description, exponent,
        CASE WHEN length(amount) > exponent THEN amount ELSE substr('0000000000000000000' || amount, -exponent - 1) END AS digits
    FROM txn WHERE parent_key IS NULL
);

-- What a line is found by: what the bank wrote, and its amount without the sign.
CREATE VIEW line_words AS
SELECT key, texts || ' '
    || CASE exponent WHEN 0 THEN digits ELSE substr(digits, 1, length(digits) - exponent) || '.' || substr(digits, -exponent) END AS words
FROM (
    SELECT l.key, l.description || ' ' || coalesce(l.reference, '') || ' ' || coalesce(l.counterparty, '') AS texts, b.exponent,
        CASE WHEN length(ltrim(l.amount, '-')) > b.exponent THEN ltrim(l.amount, '-')
            ELSE substr('0000000000000000000' || ltrim(l.amount, '-'), -b.exponent - 1) END AS digits
    FROM statement_line l JOIN balance b ON b.key = l.balance_key
);

CREATE VIRTUAL TABLE line_text USING fts5 (words, content = '', tokenize = 'trigram');
INSERT INTO line_text (rowid, words) SELECT key, words FROM line_words;
CREATE TRIGGER line_text_insert AFTER INSERT ON statement_line
BEGIN INSERT INTO line_text (rowid, words) SELECT key, words FROM line_words WHERE key = NEW.key; END;
