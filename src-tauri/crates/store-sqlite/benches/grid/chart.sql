-- 5 currencies with 40 balances each; the first balance of a currency is its bank account.
INSERT INTO setting (key, value) VALUES
    ('book', '{"id":"book_million","name":"A million transactions","currency":"EUR","exponent":2,"fiscal_year_start":"01-01","created_at":"2024-01-01T00:00:00Z"}');
INSERT INTO ledger (key, id, name, created_at) VALUES
    (1, 'ldg_bank', 'Assets/Bank', 1704067200000000), (2, 'ldg_customers', 'Assets/Receivables', 1704067200000000),
    (3, 'ldg_suppliers', 'Liabilities/Suppliers', 1704067200000000), (4, 'ldg_costs', 'Expenses', 1704067200000000);
WITH RECURSIVE place (at) AS (SELECT 0 UNION ALL SELECT at + 1 FROM place WHERE at < 39),
    money (number, code, exponent) AS (VALUES (0, 'EUR', 2), (1, 'USD', 2), (2, 'GBP', 2), (3, 'JPY', 0), (4, 'KWD', 3)),
    town (list) AS (SELECT '["Harbour","Northgate","Willow","Castle","Meadow","Bridge","Station","Orchard","Quarry","Market"]')
INSERT INTO balance (key, id, ledger_key, name, currency, exponent, reconcilable, created_at)
SELECT number * 40 + at + 1, printf('bln_%04d', number * 40 + at + 1),
       CASE WHEN at = 0 THEN 1 WHEN at < 20 THEN 2 WHEN at < 32 THEN 3 ELSE 4 END,
       CASE WHEN at = 0 THEN 'Operating account ' || code
            ELSE json_extract(list, '$[' || (at % 10) || ']')
                 || CASE WHEN at < 20 THEN ' customers ' WHEN at < 32 THEN ' suppliers ' ELSE ' costs ' END || code || ' ' || (at / 10 + 1) END,
       code, exponent, at = 0, 1704067200000000
FROM money, place, town ORDER BY number, at;
