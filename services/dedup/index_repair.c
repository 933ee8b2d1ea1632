/* index_repair.c - the index's records by their sums into a new index, which is then mended. */
#include "index_repair.h"

#include <errno.h>

#include "../../libcommon/mdb_upgrade.h"
#include "index_mend.h"
#include "index_parts.h"

enum { JUDGED_MAX = 32 << 20 };

/* Documents are numbered once and for ever, and stories come with them. */
static uint64_t counted(const struct counters *c)
{
    return (uint64_t)c->documents + c->stories + c->oldest + c->clock;
}

static uint64_t age(void *self, MDB_val key, MDB_val value)
{
    struct counters c;
    (void)self;
    return mdb_is(key, "counters") && get_counters(slice_from(value), &c) == OK ? counted(&c) : 0;
}

/* Of two states of a story that is the later one which has more, or has been merged. */
static bool later(struct mend *m, MDB_val key, MDB_val value)
{
    struct story_record a, b;
    MDB_val have;
    if (mdb_sum_get(m->fresh.txn, &m->fresh.table[TABLE_STORY], key, &have) != 0) return true;
    if (get_story(slice_from(have), &a) != OK || get_story(slice_from(value), &b) != OK) return false;
    return (b.into != 0) != (a.into != 0) ? b.into != 0 : b.clock != a.clock ? b.clock > a.clock : b.members > a.members;
}

static int take(void *self, size_t table, MDB_val key, MDB_val value, bool old)
{
    struct mend *m = self;
    if (table == TABLE_META && mdb_is(key, "counters")) {
        if (m->has_counters && age(m, key, value) <= counted(&m->counters)) return 0;
        m->has_counters = get_counters(slice_from(value), &m->counters) == OK;
        return 0;
    }
    if (table == TABLE_META && !mdb_is(key, "lexicon")) return 0;
    if (table == TABLE_META) m->has_lexicon = true;
    bool over = table == TABLE_STORY && old && later(m, key, value);
    return mdb_fresh_put(&m->fresh, table, key, value, !over);
}

static json_t *say(const struct mend *m, const char *damage, const char *kept)
{
    json_t *o = json_pack("{s:s, s:I, s:O, s:O, s:O}", "damage", damage, "saved", (json_int_t)m->verdicts, "lost", m->lost, "faded", m->faded, "stories", m->remade);
    if (o != NULL && kept[0] != '\0') json_object_set_new(o, "kept", json_string(kept));
    return o;
}

json_t *index_repair(const char *dir, uint32_t silence, bool dry, struct trouble *t)
{
    static const struct mdb_formats formats = INDEX_FORMATS;
    const struct mdb_layout layout = {index_tables, NULL, TABLE_COUNT, &formats};
    struct mend m = {.silence = silence, .mem = arena_create(JUDGED_MAX), .lost = json_array(), .faded = json_array(), .remade = json_array()};
    const struct mdb_salvage how = {index_tables, TABLE_COUNT, take, age, &m};
    char damage[600], kept[4200] = "";
    json_t *said = NULL;
    int rc = m.mem == NULL || m.lost == NULL || m.faded == NULL || m.remade == NULL ? ENOMEM : 0;
    if (rc == 0 && mdb_whole(dir, &layout, damage, sizeof damage)) {
        said = json_object();
    } else {
        if (rc == 0) rc = mdb_fresh_open(dir, &layout, &m.fresh);
        if (rc == 0) rc = mdb_salvage(dir, &how);
        if (rc == 0) rc = mend(&m);
        if (rc == 0 && m.verdicts == 0 && !m.has_counters) rc = MDB_INVALID;
        if (rc == 0 && !dry) rc = mdb_fresh_take(&m.fresh, dir, kept, sizeof kept);
        if (rc == 0) said = say(&m, damage, kept);
        mdb_fresh_close(&m.fresh);
    }
    if (rc == MDB_INVALID) trouble_say(t, 64, "%.250s; no sum in it is right: restore a backup, or move '%.150s' away: a new index knows no earlier article", damage, dir);
    else if (said == NULL) trouble_say(t, 75, "cannot repair the index in '%.200s': %s", dir, mdb_strerror(rc));
    mend_free(&m);
    arena_destroy(&m.mem);
    json_decref(m.lost);
    json_decref(m.faded);
    json_decref(m.remade);
    return said;
}
