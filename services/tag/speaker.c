/* speaker.c - noun phrases that can speak: names, pronouns, roles and groups, around a verb; and whom they mean. */
#include "speaker.h"

enum { NOBODY = UINT32_MAX, PHRASE_MAX = 8, APPOSITION_MAX = 24, LOOK_BACK = 60, ORG_BACK = 240, SENTENCES_BACK = 4, SENTENCES_SEEN = 12 };

static const struct speaker nobody = {.entity = NOBODY};

static bool is_person(const struct name *n)
{
    return n != NULL && n->type == ENTITY_PERSON;
}

static bool possessive(const struct tokens *t, size_t i)
{
    if (i >= t->len || !(t->ptr[i].kind & TOKEN_GLUED)) return false;
    struct slice s = token_text(t, i);
    return slice_eq(s, SLICE("'s")) || slice_eq(s, SLICE("’s")) || slice_eq(s, SLICE("'")) || slice_eq(s, SLICE("’"));
}

/* What the person is called beside the name: "the envoy, Anna Berg", "Anna Berg, who", "Anna Berg, the union's secretary". */
static void note_role(struct stage_of_speech *s, const struct name *n)
{
    const struct tokens *t = s->t;
    size_t k = n->first, end = n->end + 7;
    if (k > 0 && !(t->ptr[k].kind & TOKEN_FIRST)) {
        k--;
        if (token_is(t, k, ',') && k > 0) k--;
    }
    if (k == n->first || !token_in(t, k, WORD_ROLE)) {
        if (!token_is(t, n->end, ',')) return;
        for (k = n->end + 1; k < end && k < t->len; k++) {
            if (token_in(t, k, WORD_ROLE) && !token_in(t, k + 1, WORD_ROLE)) break;
            if (!(t->ptr[k].kind & (TOKEN_WORD | TOKEN_DASH)) || (t->ptr[k].word & (WORD_SAY | WORD_AUXILIARY | WORD_PREPOSITION | WORD_SUBORDINATE))) return;
        }
        if (k >= end || !token_in(t, k, WORD_ROLE)) return;
    }
    s->role[s->roles].role = t->ptr[k].lower;
    s->role[s->roles++].entity = n->entity;
}

enum err speech_prepare(struct arena *mem, const struct tokens *t, const struct names *names, const struct cast *cast,
                        struct stage_of_speech *out)
{
    *out = (struct stage_of_speech){.t = t, .names = names, .cast = cast};
    out->name_at = arena_array(mem, t->len + 1, sizeof *out->name_at);
    out->quoted = arena_array(mem, t->len + 1, 1);
    out->sentence_at = arena_array(mem, t->len + 1, sizeof *out->sentence_at);
    out->role = arena_array(mem, names->len + 1, sizeof *out->role);
    if (out->name_at == NULL || out->quoted == NULL || out->sentence_at == NULL || out->role == NULL) return ERR_NOMEM;
    for (size_t i = 0; i < names->len; i++)
        for (uint32_t k = names->ptr[i].first; k < names->ptr[i].end; k++) out->name_at[k] = (uint32_t)i + 1;
    for (size_t i = 0; i < t->sentences; i++)
        for (uint32_t k = t->sentence[i].first; k < t->sentence[i].end; k++) out->sentence_at[k] = (uint32_t)i;
    out->person = out->person_at = out->second_at = NOBODY;
    size_t body = 1; /* behind the first line, the title, which often has other words for the same */
    while (body < t->len && !(t->ptr[body].kind & TOKEN_PARAGRAPH)) body++;
    for (size_t i = 0; i < names->len; i++) {
        const struct name *n = &names->ptr[i];
        if (!is_person(n)) continue;
        note_role(out, n);
        if (n->first < body && body < t->len) continue;
        if (out->person == NOBODY) {
            out->person = n->entity;
            out->person_at = n->first;
        } else if (n->entity != out->person && out->second_at == NOBODY) out->second_at = n->first;
    }
    return OK;
}

/* --- whom a pronoun or a role means --- */

static bool agrees(const struct member *m, int pronoun)
{
    if (m->type != ENTITY_PERSON) return false;
    if (pronoun == PRONOUN_HE) return m->gender != GENDER_FEMALE;
    if (pronoun == PRONOUN_SHE) return m->gender != GENDER_MALE;
    return true;
}

/* The first person named outside quotation marks in tokens [first, end) that the pronoun can mean. */
static uint32_t first_person(const struct stage_of_speech *s, size_t first, size_t end, int pronoun)
{
    uint32_t weak = NOBODY;
    for (size_t i = first; i < end; i++) {
        const struct name *n = speech_name(s, i);
        if (n == NULL || n->first != i || s->quoted[i]) continue;
        const struct member *m = &s->cast->ptr[n->entity];
        if (!agrees(m, pronoun)) continue;
        bool owner = possessive(s->t, n->end); /* "Trump's envoy": Trump is not the subject */
        if (!owner) return n->entity;
        if (weak == NOBODY) weak = n->entity;
    }
    return weak;
}

/* The unnamed person who is the subject of tokens [first, end): "A former foreman recalled". Empty when there is none. */
static struct sentence unnamed_subject(const struct stage_of_speech *s, size_t first, size_t end, int pronoun)
{
    const struct sentence none = {0, 0};
    size_t limit = first + PHRASE_MAX < end ? first + PHRASE_MAX : end;
    if (first >= end || !token_in(s->t, first, WORD_DETERMINER) || s->quoted[first]) return none;
    for (size_t i = first + 1; i < limit; i++) {
        const struct token *k = &s->t->ptr[i];
        if (s->name_at[i] != 0 || !(k->kind & (TOKEN_WORD | TOKEN_DASH)) || (k->word & (WORD_SAY | WORD_AUXILIARY | WORD_PREPOSITION))) return none;
        if (!(k->word & WORD_ROLE) || token_in(s->t, i + 1, WORD_ROLE) || s->name_at[i + 1] != 0) continue;
        bool other = pronoun == PRONOUN_HE ? (k->word & (WORD_FEMALE | WORD_MALE)) == WORD_FEMALE : (k->word & (WORD_FEMALE | WORD_MALE)) == WORD_MALE;
        return other ? none : (struct sentence){(uint32_t)first, (uint32_t)i + 1};
    }
    return none;
}

static uint32_t resolve_role(const struct stage_of_speech *s, size_t first, size_t head);
static const struct name *in_apposition(const struct stage_of_speech *s, size_t head, size_t end);

/* "he" at token `at`: the nearest person, named or not, who is spoken of outside quotation marks. */
static struct speaker resolve_person(const struct stage_of_speech *s, size_t at, int pronoun)
{
    uint32_t sentence = s->sentence_at[at], met = 0;
    struct speaker got = {true, (uint32_t)at, (uint32_t)at + 1, NOBODY, false, 0, 0};
    got.entity = first_person(s, s->t->sentence[sentence].first, at, pronoun);
    for (uint32_t back = 1; got.entity == NOBODY && back <= SENTENCES_SEEN && back <= sentence && met < SENTENCES_BACK; back++) {
        struct sentence before = s->t->sentence[sentence - back];
        if (before.first < before.end && s->quoted[before.first] && s->quoted[before.end - 1]) continue;
        met++;
        struct sentence unnamed = unnamed_subject(s, before.first, before.end, pronoun);
        if (unnamed.first < unnamed.end) {
            const struct name *own = in_apposition(s, unnamed.end - 1, before.end);
            got.entity = own != NULL ? own->entity : resolve_role(s, unnamed.first, unnamed.end - 1);
            got.as = unnamed.first;
            got.as_end = unnamed.end;
            return got;
        }
        got.entity = first_person(s, before.first, before.end, pronoun);
    }
    return got;
}

/* "it": the last organization or place named as a subject. */
static uint32_t resolve_thing(const struct stage_of_speech *s, size_t at)
{
    size_t from = at > LOOK_BACK ? at - LOOK_BACK : 0;
    for (size_t i = at; i-- > from;) {
        const struct name *n = speech_name(s, i);
        if (n != NULL && n->type == ENTITY_ORGANIZATION && !s->quoted[i]) return n->entity;
    }
    return NOBODY;
}

static struct speaker by_pronoun(const struct stage_of_speech *s, size_t at)
{
    struct speaker got = {true, (uint32_t)at, (uint32_t)at + 1, NOBODY, false, 0, 0};
    int which = s->t->ptr[at].value;
    if (which == PRONOUN_HE || which == PRONOUN_SHE) return resolve_person(s, at, which);
    if (which == PRONOUN_IT) got.entity = resolve_thing(s, at);
    return got;
}

/* "the society": the organization last named whose name has the word. */
static uint32_t resolve_body(const struct stage_of_speech *s, size_t first, size_t head)
{
    size_t from = first > ORG_BACK ? first - ORG_BACK : 0;
    for (size_t i = first; i-- > from;) {
        const struct name *n = speech_name(s, i);
        if (n != NULL && n->type == ENTITY_ORGANIZATION && s->t->ptr[i].lower == s->t->ptr[head].lower) return n->entity;
    }
    return NOBODY;
}

/* "the envoy": the person last called so before, when the phrase is definite; else the only person spoken of so far. */
static uint32_t resolve_role(const struct stage_of_speech *s, size_t first, size_t head)
{
    struct slice det = token_text(s->t, first);
    bool definite = slice_eq_nocase(det, SLICE("the")) || (first > 0 && possessive(s->t, first - 1)) || possessive(s->t, first + 1);
    if (!definite) return NOBODY;
    if (!token_in(s->t, head, WORD_ROLE)) return token_in(s->t, head, WORD_ORG) && head == first + 1 ? resolve_body(s, first, head) : NOBODY;
    for (size_t i = s->roles, seen = 0; i-- > 0 && seen < 200; seen++)
        if (s->role[i].role == s->t->ptr[head].lower) return s->role[i].entity;
    return s->person_at < first && s->second_at > first && !token_in(s->t, head, WORD_GROUP) ? s->person : NOBODY;
}

static struct speaker named(const struct name *n)
{
    return (struct speaker){true, n->first, n->end, n->entity, n->type != ENTITY_PERSON, 0, 0};
}

/* --- the phrase that begins at i --- */

/* Behind the name that ends at i: "Trump's special envoy, Steve Witkoff" and "Kremlin spokesman Dmitry Peskov" name another person. */
static const struct name *carried_on(const struct stage_of_speech *s, const struct name *n, size_t end)
{
    size_t i = n->end, words = 0;
    bool role = false;
    if (possessive(s->t, i)) i++;
    for (; i < end && words < 5; i++, words++) {
        const struct name *next = speech_name(s, i);
        if (next != NULL) {
            if (is_person(next) && role) return next;
            i = next->end - 1;
            continue;
        }
        if (token_is(s->t, i, ',') && role) continue;
        if (!(s->t->ptr[i].kind & TOKEN_WORD) || token_in(s->t, i, WORD_SAY | WORD_FUNCTION)) break;
        role = token_in(s->t, i, WORD_ROLE | WORD_TITLE) || role;
    }
    return NULL;
}

/* The same as far as it goes: "the U.S. president's special envoy, Anna Berg" is Berg. NULL when the name is nobody's but its own. */
static const struct name *carried_far(const struct stage_of_speech *s, const struct name *n, size_t end)
{
    const struct name *last = NULL;
    for (int steps = 0; steps < 4; steps++) {
        const struct name *next = is_person(n) && !possessive(s->t, n->end) ? NULL : carried_on(s, n, end);
        if (next == NULL) break;
        last = n = next;
    }
    return last;
}

/* "The head of the service, Anna Berg, praised": the name in apposition to a role at `head`, or NULL. */
static const struct name *in_apposition(const struct stage_of_speech *s, size_t head, size_t end)
{
    size_t limit = head + 10 < end ? head + 10 : end;
    for (size_t i = head + 1; i + 1 < limit; i++) {
        if (token_is(s->t, i, ',')) {
            const struct name *n = speech_name(s, i + 1);
            return is_person(n) && n->first == i + 1 && n->end < end && token_is(s->t, n->end, ',') ? n : NULL;
        }
        if (s->quoted[i] || token_in(s->t, i, WORD_SAY | WORD_AUXILIARY | WORD_SUBORDINATE)) return NULL;
    }
    return NULL;
}

/* "a spokesman for the fire brigade", "a spokesperson for Putin": where the phrase goes on behind its head. */
static size_t phrase_end(const struct stage_of_speech *s, size_t head, size_t end)
{
    static const char *const links[] = {"for", "of", "at", "from", "with"};
    size_t i = head + 1, link = 0;
    while (link < sizeof links / sizeof *links && i < end && !slice_eq(token_text(s->t, i), slice_of(links[link]))) link++;
    if (i + 1 >= end || link == sizeof links / sizeof *links) return head + 1;
    if (token_in(s->t, ++i, WORD_DETERMINER)) i++;
    size_t limit = i + 5 < end ? i + 5 : end, from = i;
    for (; i < limit; i++) {
        const struct name *n = speech_name(s, i);
        if (n != NULL) return n->end;
        const struct token *k = &s->t->ptr[i];
        if (!(k->kind & (TOKEN_WORD | TOKEN_DASH)) || (k->word & (WORD_FUNCTION | WORD_SAY | WORD_AUXILIARY | WORD_ADVERB)) || s->quoted[i]) break;
    }
    return i > from ? i : head + 1;
}

struct speaker speaker_forward(const struct stage_of_speech *s, size_t i, size_t end)
{
    size_t first = i, head = NOBODY;
    if (i < end && token_in(s->t, i, WORD_PRONOUN) && !(s->t->ptr[i].word & WORD_DETERMINER))
        return by_pronoun(s, i);
    for (; i < end && i < first + PHRASE_MAX; i++) {
        const struct name *n = speech_name(s, i);
        if (n != NULL) {
            const struct name *next = carried_far(s, n, end);
            if (next != NULL) return named(next);
            bool adjective = n->type == ENTITY_MISC || possessive(s->t, n->end) || token_in(s->t, n->end, WORD_ROLE | WORD_GROUP);
            if (!adjective || is_person(n)) {
                if (!possessive(s->t, n->end)) return named(n);
            }
            i = n->end - 1;
            continue;
        }
        const struct token *k = &s->t->ptr[i];
        if (k->word & (WORD_ROLE | WORD_GROUP | WORD_NEWS)) {
            head = i;
            continue;
        }
        if (k->word & WORD_DETERMINER) {
            if (head != NOBODY) break;
            continue;
        }
        if (!(k->kind & (TOKEN_WORD | TOKEN_DASH)) && !possessive(s->t, i)) break;
        if (k->word & (WORD_FUNCTION & ~WORD_DETERMINER) || (k->word & (WORD_SAY | WORD_AUXILIARY))) {
            if (!(k->word & (WORD_DETERMINER | WORD_CARDINAL))) break;
        }
    }
    if (head == NOBODY) return nobody;
    return (struct speaker){true, (uint32_t)first, (uint32_t)phrase_end(s, head, end), resolve_role(s, first, head), true, 0, 0};
}

/* --- the phrase that ends before the verb --- */

/* Where the noun phrase whose head is at `head` begins. */
static size_t phrase_begin(const struct stage_of_speech *s, size_t first, size_t head)
{
    size_t b = head;
    while (b > first && head - b < PHRASE_MAX) {
        const struct token *k = &s->t->ptr[b - 1];
        if (k->word & (WORD_DETERMINER | WORD_CARDINAL)) return b - 1;
        if (!(k->kind & (TOKEN_WORD | TOKEN_DASH)) || (k->word & (WORD_FUNCTION | WORD_SAY))) break;
        b--;
    }
    return b;
}

static struct speaker by_head(const struct stage_of_speech *s, size_t first, size_t head)
{
    size_t b = phrase_begin(s, first, head);
    return (struct speaker){true, (uint32_t)b, (uint32_t)head + 1, resolve_role(s, b, head), true, 0, 0};
}

/* The name that ends before token i, unless it only belongs to a head before it: "a spokesperson for Putin". */
static struct speaker by_name(const struct stage_of_speech *s, size_t first, const struct name *n)
{
    size_t i = n->first;
    if (i > first && token_in(s->t, i - 1, WORD_DETERMINER)) i--;
    if (i > first + 1 && token_in(s->t, i - 1, WORD_PREPOSITION)) {
        size_t from = i > first + 10 ? i - 10 : first;
        for (size_t k = i - 1; k-- > from;) {
            const struct name *other = speech_name(s, k);
            if (is_person(other) && !is_person(n)) return named(other); /* "Raymond of the Council said" */
            if (token_in(s->t, k, WORD_ROLE | WORD_GROUP)) {
                struct speaker got = by_head(s, first, k);
                got.end = n->end;
                return got;
            }
            if (!(s->t->ptr[k].kind & (TOKEN_WORD | TOKEN_DASH))) break;
        }
    }
    return named(n);
}

/* "Raymond, an analyst at the Council, said": the name before the first of two commas; `i` is the second. */
static struct speaker by_apposition(const struct stage_of_speech *s, size_t first, size_t i)
{
    size_t from = i > first + APPOSITION_MAX ? i - APPOSITION_MAX : first;
    struct speaker best = nobody;
    for (size_t k = i; k-- > from;) {
        const struct name *n = speech_name(s, k);
        bool of_it = n != NULL && n->end == i && n->first > from && token_in(s->t, n->first - 1, WORD_PREPOSITION); /* "president of X," */
        if (is_person(n) && !of_it && !possessive(s->t, n->end)) {
            best = named(n);
            if (token_is(s->t, n->end, ',') || token_is(s->t, n->end, '(')) return best;
        }
        if (token_is(s->t, k, ';') || s->quoted[k]) break;
    }
    for (size_t k = from; k < i && !best.found; k++) {
        const struct name *n = speech_name(s, k);
        if (n != NULL && n->type != ENTITY_MISC && token_is(s->t, n->end, ',')) return named(n);
        if (token_in(s->t, k, WORD_ROLE | WORD_GROUP) && token_is(s->t, k + 1, ',')) return by_head(s, first, k);
    }
    return best;
}

struct speaker speaker_of_clause(const struct stage_of_speech *s, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        if (s->quoted[i]) continue;
        const struct token *k = &s->t->ptr[i];
        if ((k->word & WORD_PRONOUN) && !(k->word & WORD_DETERMINER) && k->value != PRONOUN_IT && k->value != PRONOUN_WHO)
            return speaker_forward(s, i, end);
        const struct name *n = speech_name(s, i);
        if (n != NULL) {
            const struct name *next = carried_far(s, n, end);
            if (next != NULL) return named(next);
            if (!possessive(s->t, n->end) && n->type != ENTITY_MISC && !(n->first > first && token_in(s->t, n->first - 1, WORD_PREPOSITION)))
                return named(n);
            i = n->end - 1;
            continue;
        }
        if (k->word & WORD_GROUP || ((k->word & WORD_ROLE) && !token_in(s->t, i + 1, WORD_ROLE) && speech_name(s, i + 1) == NULL)) {
            const struct name *own = in_apposition(s, i, end);
            return own != NULL ? named(own) : by_head(s, first, i);
        }
    }
    return nobody;
}

struct speaker speaker_backward(const struct stage_of_speech *s, size_t first, size_t c)
{
    size_t i = c;
    struct slice verb = token_text(s->t, c);
    if (slice_ends(verb, SLICE("ing"))) { /* "…, saying": the subject of the clause */
        struct speaker got = speaker_of_clause(s, first, c);
        if (got.found) return got;
    }
    while (i > first && token_in(s->t, i - 1, WORD_AUXILIARY | WORD_ADVERB | WORD_WEEKDAY) && !token_in(s->t, i - 1, WORD_PRONOUN)) i--;
    if (i > first && token_in(s->t, i - 1, WORD_PREPOSITION) && i < c) i--; /* "on Monday said" */
    if (i == first) return nobody;
    size_t last = i - 1;
    if (s->quoted[last]) return nobody;
    const struct token *k = &s->t->ptr[last];
    if (((k->word & WORD_PRONOUN) && k->value == PRONOUN_WHO) || slice_eq(token_text(s->t, last), SLICE("which"))) {
        if (last < first + 2) return nobody;
        const struct name *n = speech_name(s, last - 1 - (token_is(s->t, last - 1, ',') && last - 1 > first ? 1 : 0));
        if (n != NULL) return by_name(s, first, n);
        size_t head = last - 1 - (token_is(s->t, last - 1, ','));
        bool phrase = token_in(s->t, head, WORD_ROLE | WORD_GROUP | WORD_ORG | WORD_PLACE) || token_in(s->t, phrase_begin(s, first, head), WORD_DETERMINER);
        return phrase && head > first ? by_head(s, first, head) : nobody;
    }
    if (k->word & WORD_PRONOUN) return by_pronoun(s, last);
    const struct name *n = speech_name(s, last);
    if (n != NULL) return by_name(s, first, n);
    if (token_is(s->t, last, ',') || token_is(s->t, last, ')')) return by_apposition(s, first, last);
    if (k->word & (WORD_ROLE | WORD_GROUP | WORD_NEWS | WORD_ORG)) return by_head(s, first, last);
    size_t from = last > first + 12 ? last - 12 : first; /* words between: the nearest head that can speak */
    for (size_t p = last; p-- > from && !s->quoted[p];) {
        if (token_in(s->t, p, WORD_SUBORDINATE)) break;
        const struct name *m = speech_name(s, p);
        if (m != NULL && m->type != ENTITY_MISC) return by_name(s, first, m);
        if (token_in(s->t, p, WORD_ROLE | WORD_GROUP)) {
            struct speaker got = by_head(s, first, p);
            got.end = (uint32_t)phrase_end(s, p, last + 1);
            return got;
        }
    }
    if ((k->kind & TOKEN_WORD) && token_in(s->t, phrase_begin(s, first, last), WORD_DETERMINER)) return by_head(s, first, last);
    return nobody;
}
