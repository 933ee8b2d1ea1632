/* names_event.c - names that hold other names: "2019 Canadian federal election", "Washington, D.C."; "US" before a sum is money; ships are no persons. */
#include "names.h"

enum { EVENT_TOKENS_MAX = 12, YEAR_FIRST = 1700, YEAR_LAST = 2099, SHIPS_MAX = 8 };

static bool said(const struct tokens *t, size_t i, const char *const *list)
{
    for (; i < t->len && *list != NULL; list++)
        if (token_is_word(t, i, *list)) return true;
    return false;
}

static bool year(const struct tokens *t, size_t i)
{
    struct slice s = token_text(t, i);
    int n = 0;
    if (!(t->ptr[i].kind & TOKEN_NUMBER) || s.len != 4) return false;
    for (size_t k = 0; k < s.len; k++) {
        if (s.ptr[k] < '0' || s.ptr[k] > '9') return false;
        n = n * 10 + s.ptr[k] - '0';
    }
    return n >= YEAR_FIRST && n <= YEAR_LAST;
}

/* Where the event that begins with the year at token i ends, or 0. Names [n, names->len) may stand in it; one must stand right behind the year. */
static size_t event_end(const struct tokens *t, const struct names *names, size_t i, size_t n)
{
    static const char *const kinds[] = {"general", "presidential", "federal", "legislative", "parliamentary", "local", "municipal", "provincial",
        "gubernatorial", "mayoral", "regional", "state", "national", "midterm", "primary", "leadership", "constitutional", "independence", "senate",
        "senatorial", "house", "of", "representatives", "congressional", "special", "elections", "party", "assembly", "council", NULL};
    static const char *const heads[] = {"election", "elections", "referendum", "by-election", "census", NULL};
    if (n == names->len || names->ptr[n].first != i + 1 || names->ptr[n].type == ENTITY_PERSON) return 0;
    size_t k = i + 1;
    while (k < t->len && k < i + EVENT_TOKENS_MAX && !(t->ptr[k].kind & TOKEN_FIRST)) {
        if (said(t, k, heads)) break;
        if (n < names->len && names->ptr[n].first == k) k = names->ptr[n++].end;
        else if (said(t, k, kinds)) k++;
        else return 0;
    }
    if (!said(t, k, heads)) return 0;
    while (n < names->len && names->ptr[n].first <= k) n++;
    bool within = slice_eq(token_text(t, k), SLICE("election")) && k + 2 < t->len && slice_eq(token_text(t, k + 1), SLICE("in"));
    if (within && n < names->len && names->ptr[n].first == k + 2 && names->ptr[n].type == ENTITY_LOCATION) return names->ptr[n].end;
    return k + 1;
}

/* "Washington, D.C." is one place: where the name ends with its district. */
static size_t with_district(const struct tokens *t, const struct name *n)
{
    static const char *const district[] = {"D.C.", "D.C", "DC", NULL};
    size_t i = n->end;
    if (!slice_eq(token_text(t, i - 1), SLICE("Washington")) || n->end - n->first != 1 || !token_is(t, i, ',')) return i;
    return said(t, i + 1, district) && !(t->ptr[i + 1].kind & TOKEN_FIRST) ? i + 2 : i;
}

/* "US $5 billion", "20 US dollars" */
static bool money(const struct tokens *t, const struct name *n)
{
    static const char *const coins[] = {"$", "dollar", "dollars", NULL};
    if (n->end - n->first != 1) return false;
    struct slice s = token_text(t, n->first);
    return (slice_eq(s, SLICE("US")) || slice_eq(s, SLICE("U.S."))) && said(t, n->end, coins) && !(t->ptr[n->end].kind & TOKEN_FIRST);
}

static uint64_t words_of(const struct tokens *t, const struct name *n)
{
    uint64_t h = WORLD_SEED;
    for (size_t i = n->first; i < n->end; i++) h = world_mix(h, t->ptr[i].lower);
    return h;
}

/* "The ferry Maren Sund": what was read as a person is a ship, there and where it stands alone. */
static void name_ships(const struct tokens *t, const struct names *names)
{
    static const char *const kinds[] = {"ferry", "ship", "vessel", "tanker", "freighter", "trawler", "frigate", "destroyer", "cruiser", "warship", "submarine",
        "yacht", "steamer", NULL};
    uint64_t ship[SHIPS_MAX];
    size_t ships = 0;
    for (size_t i = 0; i < names->len && ships < SHIPS_MAX; i++) {
        struct name *n = &names->ptr[i];
        if (n->type != ENTITY_PERSON) continue;
        bool within = n->end - n->first > 1 && said(t, n->first, kinds), before = n->first > 0 && said(t, n->first - 1, kinds);
        n->first += within;
        if (within || before) ship[ships++] = words_of(t, n);
    }
    for (size_t i = 0; i < names->len && ships > 0; i++)
        for (size_t k = 0; k < ships; k++)
            if (names->ptr[i].type == ENTITY_PERSON && words_of(t, &names->ptr[i]) == ship[k]) names->ptr[i].type = ENTITY_MISC;
}

void names_events(const struct tokens *t, struct names *names)
{
    size_t len = 0;
    name_ships(t, names);
    for (size_t n = 0; n < names->len;) {
        struct name x = names->ptr[n];
        size_t end = x.first > 0 && year(t, x.first - 1) ? event_end(t, names, x.first - 1, n) : 0;
        if (end > 0) {
            uint32_t first = x.first - 1;
            if (first > 0 && token_in(t, first - 1, WORD_MONTH)) first--;
            x = (struct name){.first = first, .end = (uint32_t)end, .type = ENTITY_MISC, .score = x.score};
        }
        if (end == 0 && with_district(t, &x) > x.end) {
            x.end = (uint32_t)with_district(t, &x);
            x.type = ENTITY_LOCATION;
        }
        while (n < names->len && names->ptr[n].first < x.end) n++;
        if (end > 0 || !money(t, &x)) names->ptr[len++] = x;
    }
    names->len = len;
}
