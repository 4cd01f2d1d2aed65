-- First rows of families ?1 to ?2 of ?3, spread over two years. `spread` is a bijection on 32 bits: values look random and never repeat.
WITH RECURSIVE number (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM number WHERE i < ?2),
    spread AS (
        SELECT i, (i * 2654435761) & 4294967295 AS a, (i * 2246822519 + 374761393) & 4294967295 AS b, (i * 3266489917 + 668265263) & 4294967295 AS c
        FROM number
    ),
    money AS (
        SELECT *, CASE WHEN (a >> 8) % 100 < 55 THEN 0 WHEN (a >> 8) % 100 < 75 THEN 1 WHEN (a >> 8) % 100 < 90 THEN 2
                       WHEN (a >> 8) % 100 < 96 THEN 3 ELSE 4 END AS m,
               -- Half of everything passes through the bank account of its currency.
               (b >> 9) % 2 = 0 AS through_bank, 1 + (b >> 11) % 39 AS one, 1 + (c >> 7) % 38 AS step
        FROM spread
    ),
    sides AS (
        SELECT *, CASE WHEN through_bank THEN 0 ELSE one END AS x,
               CASE WHEN through_bank THEN one ELSE 1 + (one - 1 + step) % 39 END AS y
        FROM money
    ),
    dated AS (SELECT *, date('2024-01-01', '+' || max(0, i * 730 / ?3 - (c >> 5) % 6) || ' days') AS day FROM sides),
    words (first, second, purpose) AS (VALUES (
        '["Nord","Blue","Silver","Alpen","Baltic","Cedar","Delta","Elm","Falcon","Granite","Helio","Iris","Juniper","Kestrel","Linden","Marble","Nova","Oak","Pioneer","Quartz","River","Summit","Terra","Umbra","Vista","West","Xenon","Yarrow","Zenith","Aster"]',
        '["licht GmbH","stone Ltd","works SA","trade BV","foods AG","textiles Srl","logistics NV","energy Oy","paper AB","parts Inc","tools KG","media LLC"]',
        '["Invoice","Rent","Consulting","Monthly licence","Delivery of parts","Refund","Travel","Insurance premium","Wages","Maintenance contract","Advance payment","Marketing campaign","Freight","Office supplies"]'
    ))
INSERT INTO txn (id, status, reference, source_key, destination_key, amount, currency, exponent, description, effective_date, created_at,
                 expires_at, actor, input_hash)
SELECT printf('txn_%08x-%04x-4%03x-8%03x-%04x%08x', a, b >> 16, b & 4095, c & 4095, c >> 16, i),
       CASE WHEN i % 100 = 0 THEN 'INFLIGHT' ELSE 'APPLIED' END,
       CASE (a >> 4) % 5 WHEN 0 THEN 'INV-' || substr(day, 1, 4) || printf('-%07d', i) WHEN 1 THEN printf('PAY-%07d', i)
            WHEN 2 THEN printf('E2E%08X%07d', b, i) WHEN 3 THEN printf('SEPA %06d/%07d', c % 1000000, i) ELSE printf('%010d-%07d', a, i) END,
       m * 40 + 1 + CASE WHEN (c >> 4) % 2 = 0 THEN x ELSE y END, m * 40 + 1 + CASE WHEN (c >> 4) % 2 = 0 THEN y ELSE x END,
       CAST(1 + CASE WHEN (b >> 3) % 4 = 0 THEN c % 10000000 ELSE c % 90000 END AS TEXT),
       substr('EURUSDGBPJPYKWD', 3 * m + 1, 3), CASE m WHEN 3 THEN 0 WHEN 4 THEN 3 ELSE 2 END,
       json_extract(purpose, '$[' || ((a >> 6) % 14) || ']') || ' ' || json_extract(first, '$[' || ((b >> 5) % 30) || ']')
           || json_extract(second, '$[' || ((c >> 9) % 12) || ']') || CASE WHEN (a >> 3) % 2 THEN printf(' %d', b % 1000000) ELSE '' END,
       day, unixepoch(day) * 1000000 + 28800000000 + i % 36000000,
       CASE WHEN i % 200 = 0 THEN 1893456000000000 + i * 60000000 END,
       CASE a % 7 WHEN 0 THEN 'Ada' WHEN 1 THEN 'Import' WHEN 2 THEN 'Boris' ELSE 'Clara' END,
       CAST(printf('%016x%016x', a, b) AS BLOB)
FROM dated, words ORDER BY i;
