-- What stands between a decided line and its start. `digest` is over what would run, who asked, where, under which policy, until
-- when: whatever changes, the row counts no more.
CREATE TABLE approvals (
  run TEXT PRIMARY KEY REFERENCES runs (id),
  -- A confirmation is by whoever asked, an approval by others; a broken glass let the run pass without them.
  stage TEXT NOT NULL CHECK (stage IN ('confirmation', 'approval', 'break_glass')),
  state TEXT NOT NULL CHECK (state IN ('open', 'given', 'refused', 'expired', 'withdrawn', 'void')),
  digest TEXT NOT NULL,
  policy TEXT NOT NULL,
  -- All that was to come before the start.
  -- {"confirmation":{"word":null},"approvals":[{"permission":"deploy:approve","count":1,"expiresMs":900000,"reason":false}]}
  care TEXT NOT NULL CHECK (json_valid(care)),
  -- Whose person may not approve: all accounts that the asker had, and those of who wrote an alias in it. ["slack:T1:U1"]
  barred TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(barred)),
  because TEXT,
  -- That of the run when this row was written last: every write is guarded by it.
  change TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  decided_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX approvals_open ON approvals (expires_at) WHERE state = 'open';

-- What people said, each person once: two accounts of one user are one.
CREATE TABLE approval_votes (
  run TEXT NOT NULL REFERENCES approvals (run),
  -- user:3, or slack:T1:U1 for an administrator of the deployment who is no user.
  person TEXT NOT NULL,
  name TEXT NOT NULL,
  vote TEXT NOT NULL CHECK (vote IN ('approve', 'refuse')),
  -- The needs that it counts for. ["deploy:approve"]
  permissions TEXT NOT NULL CHECK (json_valid(permissions)),
  note TEXT,
  -- The run of the vote itself.
  by_run TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (run, person)
) STRICT, WITHOUT ROWID;

-- Everything but the reason, which can be erased.
CREATE TRIGGER approvals_stay BEFORE UPDATE OF run, stage, state, digest, policy, care, barred, change, created_at, expires_at, decided_at
ON approvals WHEN OLD.state <> 'open'
BEGIN SELECT RAISE(ABORT, 'what was decided stays'); END;
-- What was written beside it can be erased.
CREATE TRIGGER approval_votes_stay BEFORE UPDATE OF run, person, name, vote, permissions, by_run, at ON approval_votes
BEGIN SELECT RAISE(ABORT, 'what was said stays'); END;

-- No command that changes something starts while one of these holds.
CREATE TABLE freezes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  reason TEXT NOT NULL,
  -- Null: every command. ["deploy","pack:*"]
  commands TEXT CHECK (json_valid(commands)),
  -- A condition of the rule language: option[env] == prod; with what its names stand for.
  condition TEXT,
  names TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(names)),
  -- Whoever holds this is not stopped.
  except_permission TEXT,
  by_name TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  until INTEGER,
  ended_at INTEGER,
  ended_by TEXT
) STRICT;
CREATE INDEX freezes_active ON freezes (id) WHERE ended_at IS NULL;
CREATE TRIGGER freezes_version_insert AFTER INSERT ON freezes
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER freezes_version_update AFTER UPDATE ON freezes
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER freezes_version_delete AFTER DELETE ON freezes
BEGIN UPDATE policy SET version = version + 1; END;

-- A glass that was broken: somebody else looks at what was done.
CREATE TABLE reviews (
  run TEXT PRIMARY KEY REFERENCES runs (id),
  person TEXT NOT NULL,
  -- All accounts that this person had at that moment: one that is taken away later is still his. ["slack:T1:U1"]
  accounts TEXT NOT NULL CHECK (json_valid(accounts)),
  name TEXT NOT NULL,
  reason TEXT NOT NULL,
  -- ["approval by deploy:approve","freeze 3"]
  skipped TEXT NOT NULL CHECK (json_valid(skipped)),
  opened_at INTEGER NOT NULL,
  closed_at INTEGER,
  closed_by TEXT,
  note TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX reviews_open ON reviews (opened_at) WHERE closed_at IS NULL;

-- How a room is used: `slack:C1`. In a room that practises nothing is changed.
CREATE TABLE room_settings (
  ref TEXT PRIMARY KEY,
  -- The Slack team or Discord guild that it is a room of.
  workspace TEXT NOT NULL,
  name TEXT NOT NULL,
  practice INTEGER NOT NULL DEFAULT 0 CHECK (practice IN (0, 1)),
  thread INTEGER NOT NULL DEFAULT 0 CHECK (thread IN (0, 1)),
  -- Commands whose answers always come here, too. ["deploy","pack:*"]
  answers_of TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(answers_of))
) STRICT, WITHOUT ROWID;
CREATE TRIGGER room_settings_version_insert AFTER INSERT ON room_settings
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER room_settings_version_update AFTER UPDATE ON room_settings
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER room_settings_version_delete AFTER DELETE ON room_settings
BEGIN UPDATE policy SET version = version + 1; END;

-- A form that was offered: whose, for what, what was typed so far. No secret option is ever kept here.
CREATE TABLE forms (
  id TEXT PRIMARY KEY,
  -- The run that it becomes when it is sent: its id is made of the form's.
  run TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('options', 'line', 'pick')),
  platform TEXT NOT NULL,
  workspace TEXT NOT NULL,
  actor TEXT NOT NULL,
  channel TEXT NOT NULL CHECK (json_valid(channel)),
  -- Where the answer goes if the submission does not tell; may hold a bearer secret, as that of a run.
  address TEXT NOT NULL CHECK (json_valid(address)),
  -- The command's key, and a digest of its options; null until one is picked.
  command TEXT,
  shape TEXT,
  -- {"step":1,"values":{"service":"web"},"flags":{"dry-run":true}}
  typed TEXT NOT NULL CHECK (json_valid(typed)),
  -- What the first stage starts with: the message that the line is run on.
  record TEXT CHECK (json_valid(record)),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX forms_age ON forms (expires_at);
CREATE INDEX forms_account ON forms (platform, workspace, actor, created_at);
-- What the sweeper looks through each minute: nothing that it has emptied.
CREATE INDEX forms_full ON forms (run) WHERE typed <> '{}';

-- The lines behind the buttons of an answer, by the run that offered them. [{"label":"…","run":"deploy web prod"}]
ALTER TABLE runs ADD COLUMN actions TEXT CHECK (json_valid(actions));
-- What the first stage starts with, kept with the input of a run that waits.
ALTER TABLE runs ADD COLUMN record TEXT CHECK (json_valid(record));
-- The accounts that wrote the aliases in its line, also those of the runs that it was taken from. ["slack:T1:U1"]
ALTER TABLE runs ADD COLUMN authors TEXT CHECK (json_valid(authors));
-- It changed nothing: it was asked with --dry-run, or in a room that practises.
ALTER TABLE runs ADD COLUMN dry INTEGER NOT NULL DEFAULT 0 CHECK (dry IN (0, 1));
