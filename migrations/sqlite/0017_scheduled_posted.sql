-- A posting that was accepted and booked is found by what it became, when it is sent again.

CREATE INDEX scheduled_posted ON scheduled (txn_key) WHERE txn_key IS NOT NULL;
