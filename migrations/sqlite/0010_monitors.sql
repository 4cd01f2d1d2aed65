-- What monitors told is found without reading the whole history.
CREATE INDEX event_of_monitors ON event (key) WHERE kind = 'monitor.fired';
