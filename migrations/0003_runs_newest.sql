-- `run list`: the newest runs of everybody.
CREATE INDEX runs_newest ON runs (created_at DESC, id DESC);
