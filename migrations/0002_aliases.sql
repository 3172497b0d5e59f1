-- Aliases: one word for a line. A personal one belongs to an identity, a site-wide one (owner is null) to all.
CREATE TABLE aliases (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  owner TEXT,
  text TEXT NOT NULL,
  uses TEXT NOT NULL CHECK (json_valid(uses)),
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX aliases_name ON aliases (name, COALESCE(owner, ''));
CREATE INDEX aliases_owner ON aliases (owner, name);

-- Nobody sees two aliases of one name: whatever two people save at the same moment, a word means one thing to each of them.
CREATE TRIGGER aliases_shadow_insert BEFORE INSERT ON aliases WHEN EXISTS (
  SELECT 1 FROM aliases a WHERE a.name = NEW.name AND (a.owner IS NULL OR NEW.owner IS NULL OR a.owner = NEW.owner)
)
BEGIN SELECT RAISE(ABORT, 'an alias of this name is there'); END;
CREATE TRIGGER aliases_shadow_update BEFORE UPDATE OF name, owner ON aliases WHEN EXISTS (
  SELECT 1 FROM aliases a WHERE a.name = NEW.name AND a.id <> NEW.id
    AND (a.owner IS NULL OR NEW.owner IS NULL OR a.owner = NEW.owner)
)
BEGIN SELECT RAISE(ABORT, 'an alias of this name is there'); END;

-- What `tee` keeps for `cat`, for a while. Owner as above; null is shared.
CREATE TABLE kept_records (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  owner TEXT,
  records TEXT NOT NULL CHECK (json_valid(records)),
  kept_by TEXT NOT NULL,
  kept_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX kept_records_name ON kept_records (COALESCE(owner, ''), name);
CREATE INDEX kept_records_expiry ON kept_records (expires_at);

-- How far a run's line serves `!!`: `whole` is the line to the letter; `part` was masked, cut or not understood; `repeat` began
-- with `!` and does not count. Of runs before this migration nobody can say: `part`.
ALTER TABLE runs ADD COLUMN history TEXT NOT NULL DEFAULT 'part' CHECK (history IN ('whole', 'part', 'repeat'));
CREATE INDEX runs_of_actor ON runs (platform, workspace, actor, created_at DESC, id DESC);
