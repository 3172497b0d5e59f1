-- As little as the limit needs of what Pawl keeps.
CREATE TABLE policy (id INTEGER PRIMARY KEY, version INTEGER NOT NULL) STRICT;
INSERT INTO policy VALUES (1, 1);
CREATE TABLE identities (platform TEXT, workspace TEXT, external_id TEXT, user_id INTEGER, PRIMARY KEY (platform, workspace, external_id)) STRICT, WITHOUT ROWID;
CREATE TABLE group_members (user_id INTEGER, group_id INTEGER, PRIMARY KEY (user_id, group_id)) STRICT, WITHOUT ROWID;
CREATE TABLE group_roles (group_id INTEGER, role_id INTEGER, PRIMARY KEY (group_id, role_id)) STRICT, WITHOUT ROWID;
CREATE TABLE role_permissions (role_id INTEGER, permission TEXT, PRIMARY KEY (role_id, permission)) STRICT, WITHOUT ROWID;
CREATE TABLE runs (id TEXT PRIMARY KEY, platform TEXT, workspace TEXT, actor TEXT, channel TEXT, line TEXT, state TEXT, change TEXT, due_at INTEGER, reply TEXT, created_at INTEGER, ended_at INTEGER) STRICT, WITHOUT ROWID;
CREATE INDEX runs_due ON runs (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE audit (seq INTEGER PRIMARY KEY, at INTEGER, code TEXT, run TEXT, event TEXT) STRICT;
