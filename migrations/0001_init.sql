-- Who may. Every change to these tables bumps policy.version (triggers below), so that no isolate keeps an old answer.
CREATE TABLE policy (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  version INTEGER NOT NULL
) STRICT;
INSERT INTO policy (id, version) VALUES (1, 1);

-- AUTOINCREMENT: an id is never given to somebody else, so that the audit log stays true.
CREATE TABLE users (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE identities (
  platform TEXT NOT NULL,
  workspace TEXT NOT NULL,
  external_id TEXT NOT NULL,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  -- An account may take away those of its user that came after it.
  created_at INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (platform, workspace, external_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX identities_user ON identities (user_id);

-- Whether an account is a full member of its workspace, as the platform said at checked_at. Good for 15 minutes; no part of the
-- policy, so it changes no version.
CREATE TABLE standings (
  platform TEXT NOT NULL,
  workspace TEXT NOT NULL,
  external_id TEXT NOT NULL,
  standing TEXT NOT NULL CHECK (standing IN ('member', 'outside')),
  checked_at INTEGER NOT NULL,
  PRIMARY KEY (platform, workspace, external_id)
) STRICT, WITHOUT ROWID;

-- Codes with which an account asks to become one of a user's: sent to the accounts that the user has, typed in by the one that
-- asked. The digest is over code and asker. Rows of the last hour are the rate limit; older ones go with the next code.
CREATE TABLE link_codes (
  run TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  platform TEXT NOT NULL,
  workspace TEXT NOT NULL,
  external_id TEXT NOT NULL,
  wrong INTEGER NOT NULL DEFAULT 0,
  open INTEGER NOT NULL DEFAULT 1 CHECK (open IN (0, 1)),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX link_codes_age ON link_codes (created_at);

CREATE TABLE groups (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  created_at INTEGER NOT NULL
) STRICT;

-- Everybody of a served workspace, added or not: its members are never written down.
INSERT INTO groups (name, created_at) VALUES ('everyone', 0);

-- A grant with expires_at (milliseconds) does not count from then on; the sweeper takes it away.
CREATE TABLE group_members (
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  group_id INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  expires_at INTEGER,
  PRIMARY KEY (user_id, group_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_members_group ON group_members (group_id);
CREATE INDEX group_members_end ON group_members (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE roles (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE group_roles (
  group_id INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  role_id INTEGER NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  expires_at INTEGER,
  PRIMARY KEY (group_id, role_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_roles_end ON group_roles (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE permissions (
  name TEXT PRIMARY KEY CHECK (name GLOB '[a-z0-9]*:[a-z0-9]*')
) STRICT, WITHOUT ROWID;

CREATE TABLE role_permissions (
  role_id INTEGER NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  permission TEXT NOT NULL REFERENCES permissions (name),
  expires_at INTEGER,
  PRIMARY KEY (role_id, permission)
) STRICT, WITHOUT ROWID;
CREATE INDEX role_permissions_permission ON role_permissions (permission);
CREATE INDEX role_permissions_end ON role_permissions (expires_at) WHERE expires_at IS NOT NULL;

-- The site's own rules. The rules that modules ship travel with the code: a deploy loads them, a rollback takes them back.
CREATE TABLE rules (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  command TEXT NOT NULL,
  text TEXT NOT NULL,
  -- What the rooms, users and groups in the text are, since it was saved: {"channel":{"#ops":"slack:C1"}}
  names TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(names)),
  enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  created_at INTEGER NOT NULL,
  UNIQUE (text, names)
) STRICT;

-- The rooms that rules and expectations speak of, under the name that people use: '#ops' is 'slack:C123'.
CREATE TABLE rooms (
  name TEXT PRIMARY KEY,
  ref TEXT NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;

-- What must stay true of the policy: a change that breaks one is refused.
CREATE TABLE expectations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  text TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;

-- The durable record of one invocation. The id is a digest of the platform's delivery id, so that the primary key is the
-- deduplication: a second delivery is the same row.
CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  source TEXT NOT NULL,
  platform TEXT NOT NULL,
  workspace TEXT NOT NULL,
  actor TEXT NOT NULL,
  channel TEXT NOT NULL CHECK (json_valid(channel)),
  line TEXT NOT NULL,
  command TEXT,
  effects TEXT NOT NULL CHECK (effects IN ('read', 'write')),
  mode TEXT NOT NULL CHECK (mode IN ('inline', 'job')),
  retry TEXT NOT NULL CHECK (retry IN ('safe', 'unsafe')),
  state TEXT NOT NULL,
  attempt INTEGER NOT NULL DEFAULT 0,
  tries INTEGER NOT NULL DEFAULT 0,
  change TEXT NOT NULL,
  due_at INTEGER,
  start_by INTEGER,
  wake_at INTEGER,
  deadline_at INTEGER,
  locks TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(locks)),
  joins TEXT,
  -- The earlier run whose line this one runs again; the repeat of that run which was there before this one and does it instead;
  -- what people found out about a run that is lost.
  retries TEXT,
  yields_to TEXT,
  resolution TEXT CHECK (json_valid(resolution)),
  cancel_by TEXT,
  code TEXT,
  input TEXT CHECK (json_valid(input)),
  address TEXT CHECK (json_valid(address)),
  message TEXT CHECK (json_valid(message)),
  reply TEXT CHECK (json_valid(reply)),
  records TEXT CHECK (json_valid(records)),
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  -- The newest of its lines in the log that were written with a change of this row, and that before the last change.
  audit_last INTEGER,
  audit_before INTEGER
) STRICT, WITHOUT ROWID;
-- What the sweeper looks at: only runs that have not ended have a due_at.
CREATE INDEX runs_due ON runs (due_at) WHERE due_at IS NOT NULL;
-- Who waits for the result of a run.
CREATE INDEX runs_joins ON runs (joins, id) WHERE joins IS NOT NULL AND ended_at IS NULL;

-- Runs that may have left their locks behind: whoever executed them did not end them. For `lock list`.
CREATE INDEX runs_left ON runs (ended_at) WHERE locks <> '[]' AND state IN ('lost', 'cancelled', 'timed_out');

-- Whether a run was run again.
CREATE INDEX runs_retries ON runs (retries) WHERE retries IS NOT NULL;

-- The same table as src/runs/state.ts; test/worker/states.test.ts tries every pair.
CREATE TRIGGER runs_start BEFORE INSERT ON runs WHEN NEW.state <> 'accepted'
BEGIN SELECT RAISE(ABORT, 'a run starts as accepted'); END;

CREATE TRIGGER runs_edges BEFORE UPDATE OF state ON runs WHEN OLD.state <> NEW.state AND NOT (
  (OLD.state = 'accepted' AND NEW.state IN ('denied', 'awaiting_approval', 'queued', 'running', 'succeeded', 'failed', 'timed_out', 'expired', 'lost'))
  OR (OLD.state = 'awaiting_approval' AND NEW.state IN ('denied', 'queued', 'running', 'cancelled', 'expired'))
  OR (OLD.state = 'queued' AND NEW.state IN ('running', 'denied', 'failed', 'cancelled', 'expired'))
  -- A run that joined another one executes nothing and ends as that one did.
  OR (OLD.state = 'queued' AND OLD.joins IS NOT NULL AND NEW.state IN ('succeeded', 'timed_out', 'lost'))
  OR (OLD.state = 'running' AND NEW.state IN ('succeeded', 'failed', 'timed_out', 'cancelled', 'lost', 'queued'))
)
BEGIN SELECT RAISE(ABORT, 'illegal change of state'); END;

-- The highest epoch that has been used on a lock: a holder that was replaced can no longer write (fencing).
CREATE TABLE epochs (
  lock_key TEXT PRIMARY KEY,
  epoch INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER epochs_grow BEFORE UPDATE ON epochs WHEN NEW.epoch < OLD.epoch
BEGIN SELECT RAISE(ABORT, 'an epoch only grows'); END;

-- What a job has finished, so that a later attempt does not repeat it. Stage 1 and call 1 are the first; call 0 is a whole stage. A
-- sleep or a poll that goes on is 'waiting'.
CREATE TABLE run_steps (
  run TEXT NOT NULL REFERENCES runs (id),
  stage INTEGER NOT NULL,
  call INTEGER NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('done', 'waiting')),
  value TEXT CHECK (json_valid(value)),
  at INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  PRIMARY KEY (run, stage, call, name)
) STRICT, WITHOUT ROWID;

-- The lines that handlers leave with their run; stage 0 is Pawl's own word that the rest was cut.
CREATE TABLE run_log (
  run TEXT NOT NULL REFERENCES runs (id),
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  stage INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;

-- Final answers that go through the chat API; separate from the run's outcome. Target 0 is who asked, where the run's own address
-- leads; 1 and up are the places that redirects name, with the name people know them by; -n tells who asked that n was given up.
CREATE TABLE outbox (
  run TEXT NOT NULL REFERENCES runs (id),
  target INTEGER NOT NULL DEFAULT 0,
  address TEXT CHECK (json_valid(address)),
  label TEXT,
  reply TEXT NOT NULL CHECK (json_valid(reply)),
  state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'undeliverable')),
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER,
  reason TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (run, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_due ON outbox (next_at) WHERE next_at IS NOT NULL;
-- `run list --undelivered`, with those that are due: what is on its way stands in no other index.
CREATE INDEX outbox_given_up ON outbox (run) WHERE state = 'undeliverable';

-- The audit log: append-only. `event` is canonical JSON without what people wrote, which stands in `personal` and can be erased:
-- then `erased` keeps the commitment that the sealed line has in its place.
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  code TEXT NOT NULL,
  run TEXT,
  event TEXT NOT NULL CHECK (json_valid(event)),
  personal TEXT CHECK (json_valid(personal)),
  salt TEXT CHECK (length(salt) = 32 AND salt NOT GLOB '*[^0-9a-f]*'),
  erased TEXT CHECK (length(erased) = 64 AND erased NOT GLOB '*[^0-9a-f]*'),
  -- Of a line that was written with a change of its run's row: the one before it of these, 0 for the first. No part of the seal.
  previous INTEGER CHECK (previous BETWEEN 0 AND seq - 1),
  CHECK ((personal IS NULL) = (salt IS NULL)),
  CHECK (personal IS NULL OR erased IS NULL)
) STRICT;
-- The other lines of a run. An index over all would be one more row written for each line.
CREATE INDEX audit_loose ON audit (run) WHERE run IS NOT NULL AND previous IS NULL;

-- How far the log has been pruned: rows up to pruned_to are gone from here, and only they may go.
CREATE TABLE audit_bounds (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  pruned_to INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO audit_bounds (id) VALUES (1);

-- Signed statements over the first `size` rows of the log, as the Ledger made them.
CREATE TABLE checkpoints (
  size INTEGER PRIMARY KEY CHECK (size > 0),
  at INTEGER NOT NULL,
  note TEXT NOT NULL
) STRICT;

-- The log's Merkle tree (C2SP tlog-tiles): up to 256 hashes of 32 bytes in base64; level 0 holds those of the rows.
CREATE TABLE audit_tiles (
  level INTEGER NOT NULL,
  n INTEGER NOT NULL,
  hashes TEXT NOT NULL,
  PRIMARY KEY (level, n)
) STRICT, WITHOUT ROWID;

-- How far each place outside has been given the log.
CREATE TABLE audit_sinks (
  name TEXT PRIMARY KEY,
  cursor INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER,
  reason TEXT,
  lease_until INTEGER,
  -- The last line of what is being sent: the same again is the same lines.
  sending_to INTEGER
) STRICT, WITHOUT ROWID;

-- The one update there is: what a person wrote makes room for its commitment.
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit WHEN NOT (
  NEW.seq = OLD.seq AND NEW.at = OLD.at AND NEW.code = OLD.code AND NEW.run IS OLD.run AND NEW.event = OLD.event
  AND NEW.previous IS OLD.previous
  AND OLD.personal IS NOT NULL AND NEW.personal IS NULL AND NEW.salt IS NULL AND NEW.erased IS NOT NULL
)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit WHEN OLD.seq > (SELECT pruned_to FROM audit_bounds)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- INSERT OR REPLACE deletes without firing the delete trigger; NEW.seq is -1 when SQLite is to choose it.
CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- A row follows the one before it: seq has no gaps, and what was pruned does not come back.
CREATE TRIGGER audit_no_gap AFTER INSERT ON audit
WHEN NOT EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq - 1) AND NEW.seq <> (SELECT pruned_to FROM audit_bounds) + 1
BEGIN SELECT RAISE(ABORT, 'the audit log has no gaps'); END;

CREATE TRIGGER audit_bounds_grow BEFORE UPDATE ON audit_bounds
WHEN NEW.pruned_to < OLD.pruned_to OR NEW.pruned_to >= (SELECT coalesce(max(size), 0) FROM checkpoints)
BEGIN SELECT RAISE(ABORT, 'only sealed rows are pruned, and never the last of them'); END;
CREATE TRIGGER audit_bounds_stay BEFORE DELETE ON audit_bounds
BEGIN SELECT RAISE(ABORT, 'the bounds of the audit log stay'); END;
CREATE TRIGGER audit_bounds_once BEFORE INSERT ON audit_bounds
BEGIN SELECT RAISE(ABORT, 'the bounds of the audit log stay'); END;

CREATE TRIGGER checkpoints_no_update BEFORE UPDATE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'a checkpoint stays as it was signed'); END;
CREATE TRIGGER checkpoints_no_delete BEFORE DELETE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'a checkpoint stays as it was signed'); END;
-- The same once more is no change: publishing is repeated after a crash.
CREATE TRIGGER checkpoints_no_replace BEFORE INSERT ON checkpoints
WHEN EXISTS (SELECT 1 FROM checkpoints WHERE size = NEW.size AND (note <> NEW.note OR at <> NEW.at))
BEGIN SELECT RAISE(ABORT, 'a checkpoint stays as it was signed'); END;
-- Nobody takes the place of a checkpoint that is to come, or puts one among those that were.
CREATE TRIGGER checkpoints_in_order BEFORE INSERT ON checkpoints
WHEN NOT EXISTS (SELECT 1 FROM checkpoints WHERE size = NEW.size) AND (
  NEW.size <= (SELECT coalesce(max(size), 0) FROM checkpoints) OR NEW.size > (SELECT coalesce(max(seq), 0) FROM audit)
)
BEGIN SELECT RAISE(ABORT, 'a checkpoint covers more lines than the one before it, and none that is not there'); END;

-- A tile grows at its end: its whole groups of three bytes stand as they are. It has no more hashes than the newest checkpoint
-- gives it: level 0 one for each line, a level above one for each full tile below.
CREATE TRIGGER audit_tiles_grow BEFORE UPDATE ON audit_tiles
WHEN NEW.level <> OLD.level OR NEW.n <> OLD.n OR length(NEW.hashes) < length(OLD.hashes)
  OR substr(NEW.hashes, 1, length(rtrim(OLD.hashes, '=')) / 4 * 4) <> substr(OLD.hashes, 1, length(rtrim(OLD.hashes, '=')) / 4 * 4)
  OR length(NEW.hashes) > (min(256, ((SELECT coalesce(max(size), 0) FROM checkpoints) >> (8 * NEW.level)) - NEW.n * 256) * 32 + 2) / 3 * 4
BEGIN SELECT RAISE(ABORT, 'a tile only grows'); END;
CREATE TRIGGER audit_tiles_no_delete BEFORE DELETE ON audit_tiles
BEGIN SELECT RAISE(ABORT, 'a tile only grows'); END;
CREATE TRIGGER audit_tiles_no_replace BEFORE INSERT ON audit_tiles
WHEN NEW.level NOT BETWEEN 0 AND 6 OR NEW.n < 0 OR length(NEW.hashes)
  NOT BETWEEN 44 AND (min(256, ((SELECT coalesce(max(size), 0) FROM checkpoints) >> (8 * NEW.level)) - NEW.n * 256) * 32 + 2) / 3 * 4
  OR EXISTS (
  SELECT 1 FROM audit_tiles t WHERE t.level = NEW.level AND t.n = NEW.n AND (
    length(NEW.hashes) < length(t.hashes)
    OR substr(NEW.hashes, 1, length(rtrim(t.hashes, '=')) / 4 * 4) <> substr(t.hashes, 1, length(rtrim(t.hashes, '=')) / 4 * 4)
  )
)
BEGIN SELECT RAISE(ABORT, 'a tile only grows'); END;

-- One version over the whole policy.
-- (rooms and expectations decide nothing, but a change of theirs must not cross another one.)
CREATE TRIGGER users_version_insert AFTER INSERT ON users
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER users_version_update AFTER UPDATE ON users
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER users_version_delete AFTER DELETE ON users
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER identities_version_insert AFTER INSERT ON identities
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER identities_version_update AFTER UPDATE ON identities
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER identities_version_delete AFTER DELETE ON identities
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER groups_version_insert AFTER INSERT ON groups
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER groups_version_update AFTER UPDATE ON groups
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER groups_version_delete AFTER DELETE ON groups
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER group_members_version_insert AFTER INSERT ON group_members
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER group_members_version_update AFTER UPDATE ON group_members
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER group_members_version_delete AFTER DELETE ON group_members
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER roles_version_insert AFTER INSERT ON roles
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER roles_version_update AFTER UPDATE ON roles
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER roles_version_delete AFTER DELETE ON roles
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER group_roles_version_insert AFTER INSERT ON group_roles
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER group_roles_version_update AFTER UPDATE ON group_roles
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER group_roles_version_delete AFTER DELETE ON group_roles
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER permissions_version_insert AFTER INSERT ON permissions
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER permissions_version_update AFTER UPDATE ON permissions
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER permissions_version_delete AFTER DELETE ON permissions
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER role_permissions_version_insert AFTER INSERT ON role_permissions
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER role_permissions_version_update AFTER UPDATE ON role_permissions
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER role_permissions_version_delete AFTER DELETE ON role_permissions
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER rules_version_insert AFTER INSERT ON rules
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER rules_version_update AFTER UPDATE ON rules
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER rules_version_delete AFTER DELETE ON rules
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER rooms_version_insert AFTER INSERT ON rooms
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER rooms_version_update AFTER UPDATE ON rooms
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER rooms_version_delete AFTER DELETE ON rooms
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER expectations_version_insert AFTER INSERT ON expectations
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER expectations_version_update AFTER UPDATE ON expectations
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER expectations_version_delete AFTER DELETE ON expectations
BEGIN UPDATE policy SET version = version + 1; END;
CREATE TRIGGER everyone_insert BEFORE INSERT ON group_members WHEN NEW.group_id = (SELECT id FROM groups WHERE name = 'everyone')
BEGIN SELECT RAISE(ABORT, 'everyone has no listed members'); END;
CREATE TRIGGER everyone_delete BEFORE DELETE ON groups WHEN OLD.name = 'everyone'
BEGIN SELECT RAISE(ABORT, 'everyone cannot be deleted'); END;
