/* alerts.c - the watch list read: lines into rules, rules into wishes and operators. */
#include <stdio.h>
#include <stdlib.h>
#include <unicode/uchar.h>
#include <xxhash.h>

#include "alerts_parts.h"

/* --- words --- */

static bool is_letter(uint32_t c)
{
    if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return u_isalnum((UChar32)c) || (U_GET_GC_MASK((UChar32)c) & U_GC_M_MASK) != 0;
}

static uint32_t fold(uint32_t c)
{
    if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
    return (uint32_t)u_foldCase((UChar32)c, U_FOLD_CASE_DEFAULT);
}

bool alert_word(struct slice s, size_t *at, struct arena *mem, struct word_at *w, enum err *e)
{
    char folded[WORD_MAX + 4];
    size_t n = 0, begin = *at, end = *at;
    bool in = false;
    while (end < s.len) {
        size_t next = end;
        uint32_t c = utf8_next(s, &next);
        if (!is_letter(c)) {
            if (in) break;
        } else {
            if (!in) begin = end;
            in = true;
            if (n < WORD_MAX) n += utf8_put(fold(c), folded + n);
        }
        end = next;
    }
    *at = end;
    if (!in) return false;
    *w = (struct word_at){(uint32_t)begin, (uint32_t)end, arena_copy(mem, (struct slice){folded, n})};
    if (w->folded.ptr == NULL) *e = ERR_NOMEM;
    return w->folded.ptr != NULL;
}

size_t alert_slot(const struct alert_rules *r, enum wish_kind kind, struct slice word)
{
    return (size_t)XXH3_64bits_withSeed(word.ptr, word.len, kind) & (r->table_size - 1);
}

/* --- a rule's line --- */

struct reader {
    struct alert_rules *r;
    struct slice line;
    size_t at;
    unsigned rule, nest, wishes;
    bool negated;
    const char *wrong; /* the first mistake */
    enum err e;
};

static void *grow(void *p, size_t *room, size_t n, size_t size)
{
    if (n < *room) return p;
    size_t more = *room == 0 ? 64 : *room * 2;
    void *q = realloc(p, more * size);
    if (q != NULL) *room = more;
    return q;
}

static void mistake(struct reader *x, const char *what)
{
    if (x->wrong == NULL) x->wrong = what;
}

static bool bad(const struct reader *x)
{
    return x->wrong != NULL || x->e != OK;
}

static void emit(struct reader *x, int32_t op)
{
    struct alert_rules *r = x->r;
    int32_t *p = grow(r->ops, &r->room_ops, r->n_ops, sizeof *p);
    if (p == NULL) {
        x->e = ERR_NOMEM;
        return;
    }
    r->ops = p;
    if (r->n_ops - r->rules[x->rule].ops >= OPS_MAX) mistake(x, "too many words");
    else r->ops[r->n_ops++] = op;
}

static void skip_blanks(struct reader *x)
{
    while (x->at < x->line.len && (x->line.ptr[x->at] == ' ' || x->line.ptr[x->at] == '\t')) x->at++;
}

/* The bare word that begins here: up to a blank, parenthesis or quote. */
static struct slice bare(const struct reader *x)
{
    size_t end = x->at;
    while (end < x->line.len && strchr(" \t()\"", x->line.ptr[end]) == NULL) end++;
    return slice_cut(x->line, x->at, end);
}

static bool is_operator(struct slice w)
{
    return slice_eq(w, SLICE("AND")) || slice_eq(w, SLICE("OR")) || slice_eq(w, SLICE("NOT"));
}

static bool take_operator(struct reader *x, const char *name)
{
    skip_blanks(x);
    if (!slice_eq(bare(x), slice_of(name))) return false;
    x->at += strlen(name);
    return true;
}

/* The words of a wish: a quoted phrase, or bare words up to an operator. */
static struct slice phrase(struct reader *x)
{
    skip_blanks(x);
    if (x->at < x->line.len && x->line.ptr[x->at] == '"') {
        size_t end = slice_find(x->line, SLICE("\""), x->at + 1);
        if (end == SIZE_MAX) {
            mistake(x, "a quotation mark is not closed");
            return (struct slice){"", 0};
        }
        struct slice s = slice_cut(x->line, x->at + 1, end);
        x->at = end + 1;
        if (x->at < x->line.len && x->line.ptr[x->at] == '*') { /* belongs to the last word */
            x->at++;
            s.len += 2;
        }
        return s;
    }
    size_t begin = x->at, end = x->at;
    for (struct slice w = bare(x); w.len > 0 && !is_operator(w); w = bare(x)) {
        x->at += w.len;
        end = x->at;
        skip_blanks(x);
    }
    return slice_cut(x->line, begin, end);
}

static enum wish_kind kind_of(struct reader *x)
{
    static const struct { const char *head; enum wish_kind kind; } heads[] = {{"name:", WISH_NAME}, {"speaker:", WISH_SPEAKER}, {"outlet:", WISH_OUTLET}};
    skip_blanks(x);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        size_t n = strlen(heads[i].head);
        if (!slice_eq(slice_cut(x->line, x->at, x->at + n), slice_of(heads[i].head))) continue;
        x->at += n;
        return heads[i].kind;
    }
    return WISH_TEXT;
}

/* Two letters or more, all of them capitals. */
static bool all_capitals(struct slice s)
{
    size_t n = 0;
    for (size_t at = 0; at < s.len;) {
        uint32_t c = utf8_next(s, &at);
        if (!u_isupper((UChar32)c)) return false;
        n++;
    }
    return n >= 2;
}

static void fill(struct reader *x, struct wish *w, struct slice words)
{
    struct word_at one = {0};
    size_t at = 0;
    while (alert_word(words, &at, x->r->mem, &one, &x->e)) {
        if (w->n == WISH_WORDS_MAX) {
            mistake(x, "a phrase has too many words");
            return;
        }
        w->words[w->n++] = one.folded;
    }
    if (w->n > 0 && slice_find(slice_cut(words, 0, one.b), SLICE("*"), 0) != SIZE_MAX) mistake(x, "only the last word may be begun");
    w->prefix = w->n > 0 && slice_find(slice_cut(words, one.e, words.len), SLICE("*"), 0) != SIZE_MAX;
    if (w->kind == WISH_TEXT && w->n == 1 && !w->prefix && all_capitals(slice_cut(words, one.b, one.e))) w->capitals = slice_cut(words, one.b, one.e);
}

static void read_wish(struct reader *x)
{
    struct alert_rules *r = x->r;
    struct wish *p = grow(r->wishes, &r->room_wishes, r->n_wishes, sizeof *p);
    if (p == NULL) {
        x->e = ERR_NOMEM;
        return;
    }
    r->wishes = p;
    struct wish *w = &p[r->n_wishes];
    *w = (struct wish){.kind = kind_of(x), .rule = x->rule, .negated = x->negated};
    fill(x, w, phrase(x));
    if (w->n == 0) mistake(x, "want words here");
    if (++x->wishes > WISHES_MAX) mistake(x, "too many words");
    if (bad(x)) return;
    emit(x, (int32_t)r->n_wishes++);
}

static void read_or(struct reader *x);

static void read_not(struct reader *x)
{
    if (++x->nest > NEST_MAX) mistake(x, "nested too deeply");
    if (bad(x)) return;
    if (take_operator(x, "NOT")) {
        x->negated = !x->negated;
        read_not(x);
        x->negated = !x->negated;
        emit(x, OP_NOT);
    } else if (x->at < x->line.len && x->line.ptr[x->at] == '(') {
        x->at++;
        read_or(x);
        skip_blanks(x);
        if (x->at >= x->line.len || x->line.ptr[x->at] != ')') mistake(x, "a parenthesis is not closed");
        x->at++;
    } else {
        read_wish(x);
    }
    x->nest--;
}

static void read_and(struct reader *x)
{
    read_not(x);
    while (!bad(x) && take_operator(x, "AND")) {
        read_not(x);
        emit(x, OP_AND);
    }
}

static void read_or(struct reader *x)
{
    read_and(x);
    while (!bad(x) && take_operator(x, "OR")) {
        read_and(x);
        emit(x, OP_OR);
    }
}

bool alert_rule_holds(const struct alert_rules *r, const struct rule *rule, const bool *fulfilled)
{
    bool stack[OPS_MAX];
    size_t n = 0;
    for (uint32_t i = 0; i < rule->n_ops; i++) {
        int32_t op = r->ops[rule->ops + i];
        if (op >= 0) {
            stack[n++] = fulfilled != NULL && fulfilled[op];
        } else if (op == OP_NOT) {
            stack[n - 1] = !stack[n - 1];
        } else {
            n--;
            stack[n - 1] = op == OP_AND ? stack[n - 1] && stack[n] : stack[n - 1] || stack[n];
        }
    }
    return stack[0];
}

static enum err read_rule(struct alert_rules *r, struct slice line, unsigned number, char *why, size_t size)
{
    struct rule *p = grow(r->rules, &r->room_rules, r->n_rules, sizeof *p);
    if (p == NULL) return ERR_NOMEM;
    r->rules = p;
    p[r->n_rules] = (struct rule){line, number, (uint32_t)r->n_ops, 0};
    struct reader x = {.r = r, .line = line, .rule = (unsigned)r->n_rules};
    read_or(&x);
    skip_blanks(&x);
    if (!bad(&x) && x.at < line.len) mistake(&x, line.ptr[x.at] == ')' ? "a parenthesis was not opened" : "want AND, OR or the end of the line");
    p[r->n_rules].n_ops = (uint32_t)r->n_ops - p[r->n_rules].ops;
    if (!bad(&x) && alert_rule_holds(r, &p[r->n_rules], NULL)) mistake(&x, "a rule must name something that has to be there");
    if (r->n_rules == ALERTS_RULES_MAX) mistake(&x, "too many rules");
    if (x.e != OK) return x.e;
    if (x.wrong != NULL) {
        snprintf(why, size, "line %u, column %zu: %s", number, (x.at < line.len ? x.at : line.len) + 1, x.wrong);
        return ERR_SCHEMA;
    }
    r->n_rules++;
    return OK;
}

/* --- the file --- */

static enum err index_wishes(struct alert_rules *r)
{
    r->table_size = 64;
    while (r->table_size < r->n_wishes * 2) r->table_size *= 2;
    r->table = calloc(r->table_size, sizeof *r->table);
    if (r->table == NULL) return ERR_NOMEM;
    for (size_t i = 0; i < r->n_wishes; i++) {
        struct wish *w = &r->wishes[i];
        uint32_t *chain = w->n == 1 && w->prefix ? &r->begun : &r->table[alert_slot(r, w->kind, w->words[0])];
        w->next = *chain;
        *chain = (uint32_t)i + 1;
    }
    return OK;
}

static enum err read_lines(struct alert_rules *r, struct slice text, char *why, size_t size)
{
    enum err e = OK;
    unsigned number = 0;
    for (size_t at = 0; at < text.len && e == OK;) {
        size_t nl = slice_find(text, SLICE("\n"), at), end = nl == SIZE_MAX ? text.len : nl;
        struct slice line = slice_trim(slice_cut(text, at, end));
        number++;
        if (line.len > 0 && line.ptr[0] != '#') e = read_rule(r, line, number, why, size);
        at = end + 1;
    }
    return e;
}

enum err alert_rules_read(struct slice text, struct alert_rules **out, char *why, size_t why_size)
{
    *out = NULL;
    snprintf(why, why_size, "out of memory");
    enum err e = text.len > ALERTS_FILE_MAX ? ERR_TOO_BIG : utf8_valid(text) ? OK : ERR_UTF8;
    if (e != OK) snprintf(why, why_size, e == ERR_UTF8 ? "it is no UTF-8 text" : "it is larger than 4 MiB");
    struct alert_rules *r = e == OK ? calloc(1, sizeof *r) : NULL;
    if (r == NULL) return e == OK ? ERR_NOMEM : e;
    r->mem = arena_create((size_t)16 * ALERTS_FILE_MAX);
    r->text = malloc(text.len + 1);
    if (r->mem == NULL || r->text == NULL) e = ERR_NOMEM;
    if (e == OK) {
        memcpy(r->text, text.ptr != NULL ? text.ptr : "", text.len);
        e = read_lines(r, (struct slice){r->text, text.len}, why, why_size);
    }
    if (e == OK) e = index_wishes(r);
    if (e == OK) *out = r;
    else alert_rules_free(&r);
    return e;
}

void alert_rules_free(struct alert_rules **r)
{
    if (*r == NULL) return;
    arena_destroy(&(*r)->mem);
    free((*r)->text);
    free((*r)->wishes);
    free((*r)->rules);
    free((*r)->ops);
    free((*r)->table);
    free(*r);
    *r = NULL;
}

size_t alert_rules_count(const struct alert_rules *r)
{
    return r->n_rules;
}
