-- What follows from the first rows: holds in every state with the rows below them, words, entries, turnover and figures.
-- A hold's number in hundreds, modulo 7: open (twice), part committed, committed, voided, expired, part voided.
CREATE TEMP TABLE held AS
SELECT key, (key / 100) % 7 AS how, CAST(amount AS INTEGER) AS whole,
       CASE (key / 100) % 7 WHEN 2 THEN max(1, CAST(amount AS INTEGER) / 2) WHEN 3 THEN CAST(amount AS INTEGER)
                            WHEN 6 THEN max(1, CAST(amount AS INTEGER) / 2) ELSE 0 END AS committed
FROM txn WHERE status = 'INFLIGHT' AND CAST(amount AS INTEGER) > 1;
INSERT INTO held SELECT key, 0, 1, 0 FROM txn WHERE status = 'INFLIGHT' AND amount = '1';
INSERT INTO txn (id, parent_key, status, reference, source_key, destination_key, amount, currency, exponent, description, effective_date,
                 created_at, reason, actor, input_hash)
SELECT t.id || 'c', t.key, 'APPLIED', t.reference || '-C1', source_key, destination_key, CAST(committed AS TEXT), currency, exponent,
       description, effective_date, created_at + 1, NULL, actor, input_hash
FROM held h JOIN txn t ON t.key = h.key WHERE committed > 0 ORDER BY t.key;
INSERT INTO txn (id, parent_key, status, reference, source_key, destination_key, amount, currency, exponent, description, effective_date,
                 created_at, reason, actor, input_hash)
SELECT t.id || 'v', t.key, 'VOID', t.reference || '-V1', source_key, destination_key, CAST(whole - committed AS TEXT), currency, exponent,
       description, effective_date, created_at + 2, 'Not needed', actor, input_hash
FROM held h JOIN txn t ON t.key = h.key WHERE how IN (4, 5, 6) ORDER BY t.key;
INSERT INTO hold (txn_key, state, committed, remaining, expires_at, closed_at)
SELECT t.key, CASE how WHEN 3 THEN 'committed' WHEN 4 THEN 'voided' WHEN 5 THEN 'expired' WHEN 6 THEN 'voided' ELSE 'open' END,
       CAST(committed AS TEXT), CASE WHEN how < 3 THEN CAST(whole - committed AS TEXT) ELSE '0' END, expires_at,
       CASE WHEN how >= 3 THEN created_at + 2 END
FROM held h JOIN txn t ON t.key = h.key ORDER BY t.key;
INSERT INTO entry (balance_key, effective_date, txn_key, side, amount)
SELECT balance_key, effective_date, key, side, amount FROM (
    SELECT source_key AS balance_key, effective_date, key, 'debit' AS side, amount FROM txn WHERE status = 'APPLIED'
    UNION ALL SELECT destination_key, effective_date, key, 'credit', amount FROM txn WHERE status = 'APPLIED'
) ORDER BY 1, 2, 3;
INSERT INTO balance_day (balance_key, day, credit, debit, entries)
SELECT balance_key, effective_date, CAST(coalesce(sum(CAST(amount AS INTEGER)) FILTER (WHERE side = 'credit'), 0) AS TEXT),
       CAST(coalesce(sum(CAST(amount AS INTEGER)) FILTER (WHERE side = 'debit'), 0) AS TEXT), count(*)
FROM entry GROUP BY balance_key, effective_date;
UPDATE balance SET
    credit = d.credit, debit = d.debit, balance = d.credit - d.debit, last_entry_on = d.day, version = d.entries + 1
FROM (SELECT balance_key, sum(CAST(credit AS INTEGER)) AS credit, sum(CAST(debit AS INTEGER)) AS debit, max(day) AS day, sum(entries) AS entries
      FROM balance_day GROUP BY balance_key) d WHERE d.balance_key = balance.key;
UPDATE balance SET inflight_credit = i.credit, inflight_debit = i.debit, inflight_balance = i.credit - i.debit
FROM (SELECT key, sum(credit) AS credit, sum(debit) AS debit FROM (
          SELECT t.destination_key AS key, CAST(remaining AS INTEGER) AS credit, 0 AS debit FROM hold h JOIN txn t ON t.key = h.txn_key
          UNION ALL SELECT t.source_key, 0, CAST(remaining AS INTEGER) FROM hold h JOIN txn t ON t.key = h.txn_key) GROUP BY key) i
WHERE i.key = balance.key;
DROP TABLE held;
