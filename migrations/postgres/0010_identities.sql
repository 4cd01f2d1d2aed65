-- Who is behind a balance, and which bank accounts are theirs.

CREATE TABLE identity (
    key        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id         words NOT NULL UNIQUE,
    kind       words NOT NULL CHECK (kind IN ('individual', 'organisation')),
    -- What may be read of the name without a key. Empty: nothing.
    name       words NOT NULL,
    category   words NOT NULL,
    country    words NOT NULL,
    -- Field to plain text or token.
    fields     json NOT NULL,
    -- The key that sealed the tokens among the fields; nothing without tokens.
    key_id     words,
    -- What is found by, in lower case: nothing that is protected.
    words      words NOT NULL,
    -- Grows with every change, so that nobody overwrites what they have not seen.
    version    bigint NOT NULL CHECK (version > 0),
    created_at bigint NOT NULL
);
CREATE INDEX identity_by_name ON identity (name, key);
CREATE INDEX identity_by_key_id ON identity (key_id) WHERE key_id IS NOT NULL;

-- A balance belongs to nobody or to one.
CREATE TABLE balance_identity (
    balance_key  bigint PRIMARY KEY REFERENCES balance (key),
    identity_key bigint NOT NULL REFERENCES identity (key)
);
CREATE INDEX balance_identity_by_identity ON balance_identity (identity_key);

-- An account at a bank or elsewhere.
CREATE TABLE account (
    key          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id           words NOT NULL UNIQUE,
    identity_key bigint NOT NULL REFERENCES identity (key),
    balance_key  bigint REFERENCES balance (key),
    name         words NOT NULL,
    bank         words NOT NULL,
    -- As it was written, and as it is compared: letters and digits alone, in upper case.
    number       words NOT NULL,
    compared     words NOT NULL UNIQUE CHECK (compared <> ''),
    currency     words NOT NULL,
    created_at   bigint NOT NULL
);
CREATE INDEX account_by_identity ON account (identity_key);
CREATE INDEX account_by_balance ON account (balance_key) WHERE balance_key IS NOT NULL;
