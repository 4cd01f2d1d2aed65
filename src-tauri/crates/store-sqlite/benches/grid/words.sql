-- The words of first rows ?1 to ?2, as a posting writes them.
INSERT INTO txn_text (rowid, words)
SELECT t.key, t.reference || ' ' || t.description || ' ' ||
       CASE t.exponent WHEN 0 THEN t.amount ELSE printf('%d.%0*d', CAST(t.amount AS INTEGER) / CASE t.exponent WHEN 2 THEN 100 ELSE 1000 END, t.exponent,
            CAST(t.amount AS INTEGER) % CASE t.exponent WHEN 2 THEN 100 ELSE 1000 END) END
FROM txn t
WHERE t.key BETWEEN ?1 AND ?2 AND t.parent_key IS NULL;
