/* ledger_schema.c - the ledger's tables, views and statements: all of its SQL. */
#include "ledger_sql.h"

/* Version 1. Tables that are written for every document grow at their ends, so that a commit touches few pages: names stand in
 * the rows themselves, and what would need a scattered index is left to the full-text index, which a pass fills later. */
static const char first[] =
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE instances(id INTEGER PRIMARY KEY, instance BLOB NOT NULL UNIQUE);"
    "CREATE TABLE documents("
    "  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, instance INTEGER, seq INTEGER, outcome INTEGER NOT NULL,"
    "  accepted INTEGER, written INTEGER NOT NULL, name TEXT, source TEXT, title TEXT, title_basis TEXT, outlet TEXT, outlet_basis TEXT,"
    "  url TEXT, byline TEXT, published TEXT, published_basis TEXT, lang TEXT, stub TEXT, bytes INTEGER,"
    "  verdict TEXT, of TEXT, agency TEXT, similarity REAL, story TEXT, fail_stage TEXT, fail_error TEXT, fail_detail TEXT);"
    "CREATE INDEX documents_seq ON documents(instance, seq, outcome);"
    "CREATE INDEX documents_story ON documents(story) WHERE story IS NOT NULL;"
    "CREATE TABLE bodies(id INTEGER PRIMARY KEY, text TEXT, frame_size INTEGER NOT NULL, frame BLOB NOT NULL);"
    "CREATE TABLE agains(instance INTEGER NOT NULL, seq INTEGER NOT NULL, key TEXT NOT NULL, written INTEGER NOT NULL,"
    "  PRIMARY KEY(instance, seq)) WITHOUT ROWID;"
    "CREATE TABLE names(document INTEGER NOT NULL, ord INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,"
    "  n INTEGER NOT NULL, spans TEXT NOT NULL, PRIMARY KEY(document, ord)) WITHOUT ROWID;"
    "CREATE TABLE quotations(document INTEGER NOT NULL, b INTEGER NOT NULL, e INTEGER NOT NULL, kind TEXT NOT NULL, speaker TEXT,"
    "  holder TEXT, cue TEXT, words TEXT NOT NULL, score REAL, same_as TEXT, PRIMARY KEY(document, b, e)) WITHOUT ROWID;"
    "CREATE TABLE stories(id TEXT PRIMARY KEY, storyline TEXT, state INTEGER NOT NULL, into_story TEXT, rev INTEGER NOT NULL,"
    "  opened INTEGER, updated INTEGER, line_at INTEGER, due INTEGER, title TEXT, n_articles INTEGER, n_outlets INTEGER,"
    "  n_independent INTEGER, line_seq INTEGER);"
    "CREATE TABLE digests(story TEXT PRIMARY KEY, digest TEXT, upto INTEGER NOT NULL, moved TEXT);"
    "CREATE INDEX stories_due ON stories(due) WHERE due IS NOT NULL;"
    "CREATE INDEX stories_line ON stories(storyline) WHERE storyline IS NOT NULL;"
    "CREATE TABLE facts(story TEXT NOT NULL, ord INTEGER NOT NULL, kind TEXT NOT NULL, slot TEXT NOT NULL, subject TEXT, value TEXT,"
    "  n INTEGER NOT NULL, spans TEXT NOT NULL, PRIMARY KEY(story, ord)) WITHOUT ROWID;"
    "CREATE TABLE conflicts(id TEXT PRIMARY KEY, story TEXT NOT NULL, level TEXT NOT NULL, slot TEXT NOT NULL, open INTEGER NOT NULL,"
    "  body TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX conflicts_story ON conflicts(story) WHERE open;"
    "CREATE TABLE stream(seq INTEGER PRIMARY KEY, day TEXT NOT NULL, type TEXT NOT NULL, op TEXT NOT NULL, id TEXT NOT NULL,"
    "  line TEXT NOT NULL);"
    "CREATE INDEX stream_rejects ON stream(seq) WHERE type = 'reject';"
    /* What other programs may rely on: the views. */
    "CREATE VIEW articles AS SELECT d.key, d.name, d.title, d.title_basis, d.outlet, d.outlet_basis, d.url, d.byline, d.published,"
    "  d.published_basis, d.lang, d.stub, d.bytes, d.verdict, d.of, d.agency, d.similarity, d.story,"
    "  CASE d.outcome WHEN 1 THEN 'reported' ELSE 'duplicate' END AS outcome,"
    "  strftime('%Y-%m-%dT%H:%M:%fZ', d.accepted / 1000.0, 'unixepoch') AS accepted, b.text"
    "  FROM documents d LEFT JOIN bodies b ON b.id = d.id WHERE d.outcome IN (1, 2);"
    "CREATE VIEW rejects AS SELECT key, name, source, fail_stage AS stage, fail_error AS error, fail_detail AS detail,"
    "  strftime('%Y-%m-%dT%H:%M:%fZ', accepted / 1000.0, 'unixepoch') AS accepted FROM documents WHERE outcome = 3;"
    "CREATE VIEW entities AS SELECT name, type, count(*) AS articles, sum(n) AS mentions FROM names GROUP BY name, type;"
    "CREATE VIEW mentions AS SELECT d.key AS article, n.name, n.type, json_extract(s.value, '$[0]') AS b, json_extract(s.value, '$[1]') AS e"
    "  FROM names n JOIN documents d ON d.id = n.document, json_each(n.spans) s;"
    "CREATE VIEW quotes AS SELECT d.key AS article, d.outlet, q.b, q.e, q.kind, q.speaker, q.holder, q.cue, q.words, q.score, q.same_as, d.story"
    "  FROM quotations q JOIN documents d ON d.id = q.document;"
    "CREATE VIEW outcomes AS SELECT i.instance, d.seq, d.key, CASE d.outcome WHEN 1 THEN 'reported' WHEN 2 THEN 'duplicate'"
    "  ELSE 'rejected' END AS outcome FROM documents d JOIN instances i ON i.id = d.instance"
    "  UNION ALL SELECT i.instance, a.seq, a.key, 'again' FROM agains a JOIN instances i ON i.id = a.instance;"
    "CREATE VIEW texts AS SELECT d.id, d.title, b.text,"
    "  (SELECT group_concat(n.name, ' ; ') FROM names n WHERE n.document = d.id) AS names, d.outlet"
    "  FROM documents d JOIN bodies b ON b.id = d.id;"
    "CREATE VIRTUAL TABLE search USING fts5(title, text, names, outlet, content='texts', content_rowid='id',"
    "  tokenize=\"unicode61 remove_diacritics 2\");";

/* Version 2: stories as a view that other programs can read; what the desk keeps of them goes on in story_rows. The lines of stories are
 * found without reading the others: pages are written from them by a pass. */
static const char second[] =
    "ALTER TABLE stories RENAME TO story_rows;"
    "CREATE VIEW stories AS SELECT id, storyline, CASE state WHEN 1 THEN 'open' WHEN 2 THEN 'merged' ELSE 'closed' END AS state,"
    "  into_story, rev, title, n_articles, n_outlets, n_independent, strftime('%Y-%m-%dT%H:%M:%fZ', opened / 1000.0, 'unixepoch') AS opened,"
    "  strftime('%Y-%m-%dT%H:%M:%fZ', updated / 1000.0, 'unixepoch') AS updated, line_seq FROM story_rows;"
    "CREATE INDEX stream_stories ON stream(seq) WHERE type = 'story';";

/* Version 3: who the names are. `entity` is identity.h's id, absent while it is open who is meant; bearers has who was named in full on which day, by the
 * surname or the initials that stand for them: eight days of it are asked for one short name. */
static const char third[] =
    "ALTER TABLE names ADD COLUMN entity TEXT;"
    "UPDATE names SET entity = wd_entity(name, type);"
    "CREATE INDEX names_entity ON names(entity) WHERE entity IS NOT NULL;"
    "CREATE TABLE bearers(day INTEGER NOT NULL, form TEXT NOT NULL, entity TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY(day, form, entity)) WITHOUT ROWID;"
    "INSERT OR IGNORE INTO bearers SELECT wd_day(d.published, d.accepted), wd_surname(n.name, n.type), n.entity, n.name"
    "  FROM names n JOIN documents d ON d.id = n.document WHERE n.entity IS NOT NULL AND wd_surname(n.name, n.type) IS NOT NULL ORDER BY d.id, n.ord;"
    "DROP VIEW entities;"
    "CREATE VIEW entities AS SELECT"
    "  (SELECT f.name FROM names f WHERE f.entity = n.entity GROUP BY f.name ORDER BY count(*) DESC, length(f.name) DESC, f.name LIMIT 1) AS name,"
    "  (SELECT f.type FROM names f WHERE f.entity = n.entity GROUP BY f.type ORDER BY count(*) DESC, f.type LIMIT 1) AS type,"
    "  count(DISTINCT document) AS articles, sum(n.n) AS mentions, entity AS id, count(DISTINCT n.name) AS forms"
    "  FROM names n WHERE entity IS NOT NULL GROUP BY entity"
    "  UNION ALL SELECT name, type, count(*), sum(n), NULL, 1 FROM names WHERE entity IS NULL GROUP BY name, type;"
    "DROP VIEW mentions;"
    "CREATE VIEW mentions AS SELECT d.key AS article, n.name, n.type, json_extract(s.value, '$[0]') AS b, json_extract(s.value, '$[1]') AS e,"
    "  n.entity FROM names n JOIN documents d ON d.id = n.document, json_each(n.spans) s;"
    "CREATE VIEW aliases AS SELECT entity AS id, name, type, count(*) AS articles, sum(n) AS mentions FROM names WHERE entity IS NOT NULL"
    "  GROUP BY entity, name, type;";

/* Version 4: what is taken back. Deleted bytes are overwritten from now on; what was deleted before is `residue` until something is forgotten. */
static const char fourth[] =
    "CREATE TABLE retractions(key TEXT PRIMARY KEY, at INTEGER NOT NULL, why TEXT NOT NULL, state INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX stream_forgotten ON stream(seq) WHERE op = 'forgotten';"
    "INSERT OR REPLACE INTO meta(name, value) SELECT 'residue', 1 FROM documents LIMIT 1;"
    "DROP VIEW articles;"
    "CREATE VIEW articles AS SELECT d.key, d.name, d.title, d.title_basis, d.outlet, d.outlet_basis, d.url, d.byline, d.published,"
    "  d.published_basis, d.lang, d.stub, d.bytes, d.verdict, d.of, d.agency, d.similarity, d.story,"
    "  CASE d.outcome WHEN 1 THEN 'reported' ELSE 'duplicate' END AS outcome,"
    "  strftime('%Y-%m-%dT%H:%M:%fZ', d.accepted / 1000.0, 'unixepoch') AS accepted, b.text"
    "  FROM documents d LEFT JOIN bodies b ON b.id = d.id WHERE d.outcome IN (1, 2) AND d.key NOT IN (SELECT key FROM retractions);"
    "DROP VIEW texts;"
    "CREATE VIEW texts AS SELECT d.id, d.title, b.text,"
    "  (SELECT group_concat(n.name, ' ; ') FROM names n WHERE n.document = d.id) AS names, d.outlet"
    "  FROM documents d JOIN bodies b ON b.id = d.id WHERE d.key NOT IN (SELECT key FROM retractions);"
    "CREATE VIEW retracted AS SELECT key, why, strftime('%Y-%m-%dT%H:%M:%fZ', at / 1000.0, 'unixepoch') AS at,"
    "  CASE state WHEN 1 THEN 'retracted' ELSE 'forgotten' END AS state FROM retractions;";

const char *const ledger_steps[LEDGER_VERSION] = {first, second, third, fourth};

#define DOC_COLUMNS                                                                                                           \
    "d.id, d.key, i.instance, d.seq, d.outcome, d.accepted, d.written, d.name, d.source, d.title, d.title_basis, d.outlet, "   \
    "d.outlet_basis, d.url, d.byline, d.published, d.published_basis, d.lang, d.stub, d.bytes, d.verdict, d.of, d.agency, "    \
    "d.similarity, d.story, d.fail_stage, d.fail_error, d.fail_detail"

const char *const ledger_sql[SQL_STATEMENT_COUNT] = {
    [SQL_FIND] = "SELECT " DOC_COLUMNS " FROM documents d LEFT JOIN instances i ON i.id = d.instance WHERE d.key = ?",
    [SQL_ADD_DOC] = "INSERT INTO documents(key, instance, seq, outcome, accepted, written, name, source, title, title_basis, outlet,"
                    " outlet_basis, url, byline, published, published_basis, lang, stub, bytes, verdict, of, agency, similarity, story,"
                    " fail_stage, fail_error, fail_detail) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [SQL_ADD_BODY] = "INSERT INTO bodies(id, text, frame_size, frame) VALUES(?,?,?,?)",
    [SQL_LOAD] = "SELECT " DOC_COLUMNS ", b.text, b.frame_size, b.frame FROM documents d LEFT JOIN instances i ON i.id = d.instance"
                 " LEFT JOIN bodies b ON b.id = d.id WHERE d.key = ?",
    [SQL_ADD_AGAIN] = "INSERT OR IGNORE INTO agains(instance, seq, key, written) VALUES(?,?,?,?)",
    [SQL_IS_AGAIN] = "SELECT 1 FROM agains WHERE instance = ? AND seq = ?",
    [SQL_MOVE] = "UPDATE documents SET story = ?2 WHERE key = ?1 AND key NOT IN (SELECT key FROM retractions)",
    [SQL_ADD_ENTITY] = "INSERT INTO names(document, ord, name, type, n, spans, entity) VALUES(?,?,?,?,?,?,?)",
    [SQL_SETTLE_ENTITY] = "UPDATE names SET entity = ?3 WHERE document = ?1 AND ord = ?2 AND entity IS NOT ?3",
    [SQL_ADD_BEARER] = "INSERT OR IGNORE INTO bearers(day, form, entity, name) VALUES(?,?,?,?)",
    [SQL_BEARERS] = "SELECT entity, name, CASE WHEN ?2 = upper(?2) AND ?2 <> lower(?2) THEN 'organization' ELSE 'person' END, max(day) FROM bearers"
                    " WHERE day IN (?1, ?1 - 1, ?1 - 2, ?1 - 3, ?1 - 4, ?1 - 5, ?1 - 6, ?1 - 7) AND form = ?2 GROUP BY entity ORDER BY entity LIMIT 64",
    [SQL_STORY_BEARERS] = "SELECT n.entity, n.name, n.type, max(n.document) FROM names n WHERE n.document IN (SELECT id FROM documents WHERE story = ?1"
                          " ORDER BY id DESC LIMIT 48) AND n.entity IS NOT NULL AND CASE WHEN ?2 IS NULL THEN n.type <> 'person'"
                          " ELSE n.type = 'person' AND n.name LIKE '% ' || ?2 END GROUP BY n.entity ORDER BY n.entity LIMIT 64",
    [SQL_ADD_QUOTE] = "INSERT OR IGNORE INTO quotations(document, b, e, kind, speaker, holder, cue, words, score) VALUES(?,?,?,?,?,?,?,?,?)",
    [SQL_MEMBERS] = "SELECT id, key, name, outlet, verdict, of FROM documents WHERE story = ? ORDER BY id",
    [SQL_MOVE_ALL] = "UPDATE documents SET story = ?2 WHERE story = ?1",
    [SQL_DIGEST] = "SELECT digest, upto, moved FROM digests WHERE story = ?",
    [SQL_PUT_DIGEST] = "INSERT INTO digests(story, digest, upto, moved) VALUES(?,?,?,?) ON CONFLICT(story) DO UPDATE SET"
                       " digest = excluded.digest, upto = excluded.upto, moved = excluded.moved",
    [SQL_LAST_DAY] = "SELECT day FROM stream ORDER BY seq DESC LIMIT 1",
    [SQL_STORY] = "SELECT id, storyline, state, into_story, rev, opened, updated, line_at, due, title, n_articles, n_outlets,"
                  " n_independent FROM story_rows WHERE id = ?",
    [SQL_PUT_STORY] = "INSERT INTO story_rows(id, storyline, state, into_story, rev, opened, updated, line_at, due, title, n_articles,"
                      " n_outlets, n_independent, line_seq) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
                      " ON CONFLICT(id) DO UPDATE SET storyline = excluded.storyline, state = excluded.state,"
                      " into_story = excluded.into_story, rev = excluded.rev, opened = excluded.opened, updated = excluded.updated,"
                      " line_at = excluded.line_at, due = excluded.due, title = excluded.title, n_articles = excluded.n_articles,"
                      " n_outlets = excluded.n_outlets, n_independent = excluded.n_independent,"
                      " line_seq = CASE WHEN story_rows.rev < excluded.rev THEN excluded.line_seq"
                      " ELSE story_rows.line_seq END",
    [SQL_DUE] = "SELECT id FROM story_rows WHERE due IS NOT NULL AND (due <= ?1 OR due > ?2) ORDER BY due, id LIMIT ?3",
    [SQL_ANY_DUE] = "SELECT 1 FROM story_rows WHERE due IS NOT NULL AND (due <= ?1 OR due > ?1 + 120000) LIMIT 1",
    [SQL_PENDING] = "SELECT count(*) FROM story_rows WHERE due IS NOT NULL",
    [SQL_STORYLINE] = "SELECT id FROM story_rows WHERE storyline = ? AND id <> ? AND state = 1 ORDER BY updated DESC, id LIMIT ?",
    [SQL_DROP_FACTS] = "DELETE FROM facts WHERE story = ?",
    [SQL_ADD_FACT] = "INSERT INTO facts(story, ord, kind, slot, subject, value, n, spans) VALUES(?,?,?,?,?,?,?,?)",
    [SQL_PUT_CONFLICT] = "INSERT OR REPLACE INTO conflicts(id, story, level, slot, open, body) VALUES(?,?,?,?,?,?)",
    [SQL_CONFLICT_ELSEWHERE] = "SELECT 1 FROM conflicts c JOIN story_rows s ON s.id = c.story WHERE c.id = ? AND c.open AND c.story <> ?"
                               " AND s.state = 1",
    [SQL_QUOTE_SAME] = "UPDATE quotations SET same_as = ?4 WHERE document = (SELECT id FROM documents WHERE key = ?1) AND b = ?2 AND e = ?3"
                       " AND same_as IS NOT ?4",
    [SQL_CONFLICTS] = "SELECT id, story, level, slot, open, body FROM conflicts WHERE story = ? AND open ORDER BY id",
    [SQL_ADD_LINE] = "INSERT INTO stream(seq, day, type, op, id, line) VALUES(?,?,?,?,?,?)",
    [SQL_LINES] = "SELECT seq, day, type, op, id, line FROM stream WHERE seq >= ? ORDER BY seq LIMIT ?",
    [SQL_LINES_OF] = "SELECT seq, day, type, op, id, line FROM stream WHERE seq >= ? AND type = ? ORDER BY seq LIMIT ?",
    [SQL_LAST_SEQ] = "SELECT max(seq) FROM stream",
    [SQL_MARK] = "SAVEPOINT mark",
    [SQL_MARK_GONE] = "RELEASE mark",
    [SQL_COUNT] = "SELECT value FROM meta WHERE name = ?",
    [SQL_SAVE_COUNT] = "INSERT OR REPLACE INTO meta(name, value) VALUES(?,?)",
    [SQL_COUNT_UPTO] = "SELECT outcome, count(*) FROM documents WHERE instance = ? AND seq <= ? GROUP BY outcome",
    [SQL_COUNT_AGAIN_UPTO] = "SELECT count(*) FROM agains WHERE instance = ? AND seq <= ?",
    [SQL_ADD_INSTANCE] = "INSERT INTO instances(instance) VALUES(?)",
    [SQL_INSTANCE] = "SELECT id FROM instances WHERE instance = ?",
    [SQL_INDEXED] = "SELECT value FROM meta WHERE name = 'indexed'",
    [SQL_INDEX] = "INSERT INTO search(rowid, title, text, names, outlet) SELECT id, title, text, names, outlet FROM texts"
                  " WHERE id > ?1 AND id <= ?2",
    [SQL_SAVE_INDEXED] = "INSERT OR REPLACE INTO meta(name, value) VALUES('indexed', ?)",
    [SQL_LAST_DOC] = "SELECT max(id) FROM documents",
    [SQL_TOLD] = "SELECT seq, id FROM stream WHERE type = 'story' AND seq > ? ORDER BY seq LIMIT ?",
    [SQL_STORY_SEQ] = "SELECT line_seq FROM story_rows WHERE id = ?",
    [SQL_STORY_LINE] = "SELECT t.line FROM story_rows s JOIN stream t ON t.seq = s.line_seq WHERE s.id = ? AND t.type = 'story'"
                       " AND t.op IN ('new', 'update')",
    [SQL_ARTICLE] = "SELECT d.title, d.outlet, d.name, d.url, d.byline, d.published, d.lang, d.verdict, d.of, b.text FROM documents d"
                    " LEFT JOIN bodies b ON b.id = d.id WHERE d.key = ?",
    [SQL_NEWEST] = "SELECT s.id, s.title, s.n_articles, s.n_outlets, s.n_independent, s.rev, s.opened, s.line_at,"
                   " (SELECT count(*) FROM conflicts c WHERE c.story = s.id AND c.open AND c.level = 'conflict')"
                   " FROM (SELECT id, max(seq) AS seq FROM (SELECT seq, id FROM stream WHERE type = 'story' ORDER BY seq DESC LIMIT ?1)"
                   " GROUP BY id) t JOIN story_rows s ON s.id = t.id WHERE s.state = 1 AND s.rev > 0 ORDER BY t.seq DESC LIMIT ?2",
    [SQL_COUNT_STORIES] = "SELECT count(*) FROM story_rows WHERE state = 1 AND rev > 0 AND line_seq >= (SELECT min(seq) FROM stream)",
    [SQL_FIRST_LINE] = "SELECT coalesce((SELECT value FROM meta WHERE name = 'identity'), (SELECT line FROM stream ORDER BY seq LIMIT 1))",
    [SQL_RETRACTION] = "SELECT state FROM retractions WHERE key = ?",
    [SQL_PUT_RETRACTION] = "INSERT INTO retractions(key, at, why, state) VALUES(?,?,?,?) ON CONFLICT(key) DO UPDATE SET state = max(state, excluded.state)",
    [SQL_UNINDEX] = "INSERT INTO search(search, rowid, title, text, names, outlet) SELECT 'delete', id, title, text, names, outlet FROM texts WHERE id = ?1"
                    " AND id <= (SELECT value FROM meta WHERE name = 'indexed')",
    [SQL_DROP_BEARERS] = "DELETE FROM bearers WHERE entity IN (SELECT n.entity FROM names n WHERE n.document = ?1 AND n.entity IS NOT NULL AND NOT EXISTS"
                         " (SELECT 1 FROM names o WHERE o.entity = n.entity AND o.document <> ?1))",
    [SQL_DROP_NAMES] = "DELETE FROM names WHERE document = ?",
    [SQL_DROP_QUOTES] = "DELETE FROM quotations WHERE document = ?",
    [SQL_DROP_BODY] = "DELETE FROM bodies WHERE id = ?",
    [SQL_LEAVE] = "UPDATE documents SET story = NULL WHERE id = ?",
    [SQL_BARE] = "UPDATE documents SET name = NULL, source = NULL, title = NULL, title_basis = NULL, outlet = NULL, outlet_basis = NULL, url = NULL,"
                 " byline = NULL, published = NULL, published_basis = NULL, lang = NULL, stub = NULL, agency = NULL, fail_detail = NULL WHERE id = ?",
    [SQL_PART_QUOTES] = "UPDATE quotations SET same_as = NULL WHERE document IN (SELECT id FROM documents WHERE story = ?1) AND instr(same_as, ?2)"
                        " RETURNING (SELECT key FROM documents WHERE id = document), b, e",
    [SQL_CITING] = "SELECT seq FROM stream WHERE (type IN ('quote', 'conflict', 'alert') AND op <> 'forgotten' AND instr(line, ?1))"
                   " OR (type = 'story' AND op IN ('new', 'update') AND instr(line, ?1))"
                   " OR (type IN ('article', 'reject') AND id = ?1 AND op NOT IN ('retract', 'forgotten'))",
    [SQL_BLANK] = "UPDATE stream SET op = 'forgotten', line = ?2 WHERE seq = ?1 AND length(CAST(line AS BLOB)) = length(CAST(?2 AS BLOB))",
    [SQL_BLANK_LINES] = "SELECT seq, day, type, op, id, line FROM stream WHERE op = 'forgotten' ORDER BY seq",
    [SQL_FORGET_FACTS] = "DELETE FROM facts WHERE instr(spans, ?1)",
    [SQL_FORGET_CONFLICTS] = "UPDATE conflicts SET body = json_object('level', level, 'slot', slot) WHERE instr(body, ?1)",
    [SQL_FORGETTING] = "SELECT count(*) FROM retractions WHERE state = 2",
    [SQL_FORGOTTEN] = "UPDATE retractions SET state = 3 WHERE state = 2",
    [SQL_HOLDING] = "SELECT b.id, d.key, d.accepted, d.story FROM (SELECT id FROM bodies WHERE id > ?1 ORDER BY id LIMIT ?2) b"
                    " JOIN documents d ON d.id = b.id ORDER BY b.id",
    [SQL_FIRST_SEQ] = "SELECT min(seq) FROM stream",
    [SQL_IDENTIFY] = "INSERT OR IGNORE INTO meta(name, value) VALUES('identity', 'ledger ' || hex(randomblob(16)))",
    [SQL_DROP_LINES] = "DELETE FROM stream WHERE seq < coalesce((SELECT min(seq) FROM (SELECT seq, day FROM stream ORDER BY seq LIMIT ?2) WHERE day >= ?1),"
                       " (SELECT max(seq) FROM (SELECT seq FROM stream ORDER BY seq LIMIT ?2)))",
    [SQL_SILENT] = "SELECT line_seq, id FROM story_rows WHERE rev > 0 AND line_seq > ?1 AND line_seq < (SELECT min(seq) FROM stream) ORDER BY line_seq LIMIT ?2",
#define SILENT "(SELECT id FROM story_rows WHERE rev > 0 AND line_seq > ?1 AND line_seq <= ?2)"
    [SQL_DROP_SILENT_FACTS] = "DELETE FROM facts WHERE story IN " SILENT,
    [SQL_DROP_SILENT_CONFLICTS] = "DELETE FROM conflicts WHERE story IN " SILENT,
    [SQL_DROP_SILENT_DIGESTS] = "DELETE FROM digests WHERE story IN " SILENT,
    [SQL_DROP_SILENT_TITLES] = "UPDATE story_rows SET title = NULL WHERE rev > 0 AND line_seq > ?1 AND line_seq <= ?2",
};
