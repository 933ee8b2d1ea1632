/* test_authors.c - bylines of our own sample pages: who is named, where, and who is not. */
#include "test.h"

#include "../services/normalize/names.h"
#include "../services/normalize/people.h"
#include "normalize_fixture.h"

#define PROSE_1 "The harbour council of Port Ellery voted on Tuesday to keep the night ferry, its chair Li Bo said after a long debate."
#define PROSE_2 "The boat will sail four times a night until the bridge is repaired, which may take until the spring of next year."
#define FERRY "Council keeps the night ferry"

/* The byline of an article with this in its head and this around its headline, each name closed with a semicolon. */
static const char *byline_of(struct fixture *f, const char *head, const char *around, char out[400])
{
    char page[4096];
    snprintf(page, sizeof page, "<html><head>%s</head><body>%s<article><p>" PROSE_1 "</p><p>" PROSE_2 "</p></article></body></html>", head, around);
    struct doc doc = document("text/html", slice_of(page));
    arena_reset(f->mem);
    assert_err(normalize_doc(f->n, f->mem, &doc), OK, page);
    out[0] = '\0';
    for (size_t i = 0; i < doc.byline.len; i++) snprintf(out + strlen(out), 400 - strlen(out), "%.*s;", (int)doc.byline.ptr[i].len, doc.byline.ptr[i].ptr);
    return out;
}

struct page_case { const char *head, *around, *want; };

static void hold(struct fixture *f, const struct page_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char out[400];
        if (strcmp(byline_of(f, cases[i].head, cases[i].around, out), cases[i].want) != 0) fail_msg("case %zu, %s%s: got \"%s\", want \"%s\"", i, cases[i].head, cases[i].around, out, cases[i].want);
    }
}

#define HOLD(f, cases) hold((f), cases, sizeof(cases) / sizeof *(cases))
#define FILLER "<p>Boats</p><p>Piers</p><p>Rain</p><p>Wind</p><p>Nets</p><p>Ropes</p><p>Maps</p><p>Tides</p>"
#define H1 "<h1>" FERRY "</h1>"
#define BY_FIRM "<script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"author\":{\"@type\":\"Organization\",\"name\":\"Ellery Harbour Board\"}}</script>"
#define BY(names) "<script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"author\":[" names "]}</script>"
#define PERSON(name) "{\"@type\":\"Person\",\"name\":\"" name "\"}"
#define SITE(name) "<meta property='og:site_name' content='" name "'>"
#define WRITTEN_BY(name) "<meta name='twitter:label1' content='Written by'><meta name='twitter:data1' content='" name "'>"

static void bylines_are_cut_into_people(void **state)
{
    (void)state;
    static const struct { const char *said, *want; } cases[] = {
        {"By Ada Marsh and Jo Reed", "Ada Marsh;Jo Reed;"}, {"Von Ada Marsh, Jo Reed und Li Bo", "Ada Marsh;Jo Reed;Li Bo;"}, {"Ada Marsh, Ph.D.", "Ada Marsh;"},
        {"Ada Marsh, Chief Engineer", "Ada Marsh;"}, {"Ada Marsh | March 4, 2021", "Ada Marsh;"}, {"Ada Marsh March 4", "Ada Marsh;"}, {"Ellery Post", ""}, {"https://a.example/ada", ""},
        {"@ada", ""}, {"Ada Marsh, Ada Marsh", "Ada Marsh;"}, {"", ""}, {"Text by Ada Marsh", "Ada Marsh;"},
        {"Written by", ""}, {"Staff Writer", ""}, {"post.de", ""}, {"\xE2\x80\xA2", ""}, {"Guide by Ada Marsh Former Deputy Editor", "Ada Marsh;"}, {"Ada Marsh The Associated Press", "Ada Marsh;"},
        {"The Associated Press", "The Associated Press;"}, {"Ada Marsh. Reviewed by Jo Reed", "Ada Marsh;"},
        {"Ada Marsh, FAND", "Ada Marsh;"}, {"Ada Marsh, Jo Reed, CEPF\xC2\xAE", "Ada Marsh;Jo Reed;"}, {"Ada Marsh, Jo Reed and Bo", "Ada Marsh;Jo Reed;Bo;"}, {"Ada and Jo", "Ada;Jo;"},
        {"byAda Marsh", "Ada Marsh;"}, {"By Ada Marsh and Jo Reed, in Port Ellery", "Ada Marsh;Jo Reed;"}, {"Ada Marsh, in News, Harbour", "Ada Marsh;"},
        {"By Ada Marsh, DVM. Medically reviewed by Jo Reed", "Ada Marsh;"}, {"Edited by Jo Reed", ""}, {"Ada Marsh; photos: Li Bo", "Ada Marsh;"}, {"Ada Marsh, edited by Jo Reed", "Ada Marsh;"},
        {"Sat", ""}, {"Monday", ""}, {"May", "May;"}, {"Ada Friday", "Ada Friday;"}, {"5 mins read", ""}, {"page.head.author", ""}, {"{{ author }}", ""}, {"undefined", ""}, {"J.R.R. Marsh", "J.R.R. Marsh;"}, {"ada)", ""},
        {"Ellery Post, Ada Marsh", "Ada Marsh;"}, {"Meet the team", ""},
        {"Ada O\xE2\x80\x99Marsh", "Ada O\xE2\x80\x99Marsh;"}, {"By Ada O\xE2\x80\x99Marsh, edited by Jo Reed", "Ada O\xE2\x80\x99Marsh;"}, {"Ada O\xE2\x80\x99Marsh March 4", "Ada O\xE2\x80\x99Marsh;"},
        {"Ada Marsh. Graphics by Jo Reed", "Ada Marsh;"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct people who = {.n = 0};
        char out[400] = "";
        people_add(&who, slice_of(cases[i].said), SLICE("Ellery Post"));
        for (size_t k = 0; k < who.n; k++) snprintf(out + strlen(out), sizeof out - strlen(out), "%.*s;", (int)who.name[k].len, who.name[k].ptr);
        if (strcmp(out, cases[i].want) != 0) fail_msg("\"%s\": got \"%s\", want \"%s\"", cases[i].said, out, cases[i].want);
    }
}

static void authors_are_found_where_pages_put_them(void **state)
{
    static const struct page_case cases[] = {
        {"", H1 "<div class='author-box'><p>Article by:</p><p>Ada Marsh</p><p>Engineer, writes on boats, piers and rain</p></div>", "Ada Marsh;"},
        {"", H1 "<span>by <a href='/authors/ada-marsh'>Ada Marsh</a></span>", "Ada Marsh;"},
        {"", H1 "<p>Written by:Ada Marsh</p>", "Ada Marsh;"},
        {"", H1 "<p>by ada</p>", "ada;"},
        {"", H1 "<p>By EPN, in News, Harbour and Boats</p>", "EPN;"},
        {"", H1 "<p>By the sea a new pier grows every year</p>", ""},
        {"", "<p>Published March 4, 2021 by Ada Marsh</p>" H1, "Ada Marsh;"},
        {"", H1 "<h3>Author(s)</h3><ul><li><a href='/?a=1'>Ada Marsh</a></li><li><a href='/?a=2'>Jo Reed</a></li></ul>", "Ada Marsh;Jo Reed;"},
        {"", H1 "<p><b>Contributors:</b> Ada Marsh</p>", "Ada Marsh;"},
        {"", H1 "<p>Ada Marsh | 4 March 2021</p>", "Ada Marsh;"},
        {"<meta property='og:title' content='" FERRY " - Ellery Post'>", "<h1>Ellery Post</h1>" FILLER FILLER "<h2>" FERRY "</h2><ul><li><a href='/author/ada/'>Ada Marsh</a></li></ul>", "Ada Marsh;"},
        {WRITTEN_BY("Ada Marsh"), H1, "Ada Marsh;"},
        {SITE("Ada Marsh") "<meta name='author' content='Ada Marsh'>", H1, "Ada Marsh;"},
        {SITE("Ada Marsh") WRITTEN_BY("Ada Marsh"), H1, "Ada Marsh;"},
        {BY_FIRM, H1 "<a rel='author' href='/a'>Ada Marsh</a>", "Ada Marsh;"},
        {BY_FIRM, H1 "<a rel='nofollow author' href='/a'>Ada Marsh</a>", "Ada Marsh;"},
        {BY_FIRM, H1 "<a rel='Author' href='/a'>Ada Marsh</a>", "Ada Marsh;"},
        {BY_FIRM, H1, "Ellery Harbour Board;"},
    };
    HOLD(*state, cases);
}

static void a_site_s_name_gives_way_to_who_is_named_on_the_page(void **state)
{
    static const struct page_case cases[] = {
        {SITE("Ellery Post") "<meta name='author' content='Ellery Post'>", H1, ""},
        {SITE("Ellery Post") WRITTEN_BY("Ellery Post"), H1, ""},
        {SITE("Telegram & Courier") BY(PERSON("Ellery Telegram & Courier")), H1 "<span class='byline'>Ada Marsh</span>", "Ada Marsh;"},
        {SITE("Ellery Post") "<meta name='author' content='Ellery Post'><meta name='cxenseparse:author' content='Ada Marsh'>", H1, "Ada Marsh;"},
        {SITE("Boats in the Bay") "<meta name='author' content='Boats in the Bay'>", H1, ""},
    };
    HOLD(*state, cases);
}

static void the_fuller_list_is_the_byline(void **state)
{
    static const struct page_case cases[] = {
        {BY(PERSON("Ada Marsh")), H1 "<p class='byline'>By <a href='/author/ada'>Ada Marsh</a> and <a href='/author/jo'>Jo Reed</a></p>", "Ada Marsh;Jo Reed;"},
        {BY(PERSON("Ada Marsh")), H1 "<p class='byline'>By Dr. Ada Marsh, Jo Reed</p>", "Dr. Ada Marsh;Jo Reed;"},
        {BY(PERSON("Ada Marsh")) "<meta name='citation_author' content='Ada Marsh'><meta name='citation_author' content='Jo Reed'>", H1, "Ada Marsh;Jo Reed;"},
        {BY(PERSON("Ada Marsh")), H1 "<p class='byline'>By Jo Reed</p>", "Ada Marsh;"},
        {BY(PERSON("Ada Marsh")), H1 "<p class='byline'>Ada Marsh, the mayor of the town</p>", "Ada Marsh;"},
    };
    HOLD(*state, cases);
}

static void who_checked_it_or_took_the_pictures_is_no_author(void **state)
{
    static const struct page_case cases[] = {
        {BY(PERSON("Ada Marsh") "," PERSON("Jo Reed")), H1 "<p>By Ada Marsh</p><p>Photography by Jo Reed</p>", "Ada Marsh;"},
        {BY(PERSON("Jo Reed")), H1 "<p class='byline'>Ada Marsh</p><p>Editor: Jo Reed</p>", "Ada Marsh;"},
        {BY(PERSON("Jo Reed")), H1 "<p>Edited by Jo Reed</p>", "Jo Reed;"},
        {"", H1 "<div class='byline'>By <a href='/author/a'>Ada Marsh</a>. Reviewed by <a href='/author/j'>Jo Reed</a></div>", "Ada Marsh;"},
        {"", H1 "<p>Medically reviewed by <a href='/authors/j'>Jo Reed</a></p>", ""},
    };
    HOLD(*state, cases);
}

static void a_role_behind_the_name_is_left_out(void **state)
{
    static const struct page_case cases[] = {
        {"", H1 "<p class='byline'>Written by <a href='/authors/a'>Ada Marsh</a>, 4 years on boats and piers</p>", "Ada Marsh;"},
        {"", H1 "<div class='author'><a href='/author/a'>Ada Marsh</a> Gardener, Ellery</div>", "Ada Marsh;"},
        {"", H1 "<div class='aside related'><div class='author-info'><span class='author-name'>Ada Marsh</span><span class='author-role'>Founder at Boats</span></div></div>", "Ada Marsh;"},
        {"", H1 "<div class='author'><p class='author-name'>The Author</p><p class='author-name'>Ada Marsh</p></div>", "Ada Marsh;"},
    };
    HOLD(*state, cases);
}

static void a_bare_name_needs_a_life_told_elsewhere(void **state)
{
    static const struct page_case cases[] = {
        {"", H1 "<p>Ada Marsh</p><p>" PROSE_1 "</p><p>Ada Marsh is a writer of books on boats and piers.</p>", "Ada Marsh;"},
        {"", H1 "<p>Boats Ahoy</p><p>" PROSE_1 "</p>", ""},
        {"", H1 "<p><a href='/s'>Harbour Finance</a> | 4 March 2021</p>", ""},
    };
    HOLD(*state, cases);
}

static void a_name_is_known_by_its_capitals(void **state)
{
    (void)state;
    static const struct { const char *words; bool want; } cases[] = {
        {"Ada Marsh", true}, {"Ada van der Marsh", true}, {"ADA MARSH", true}, {"Ada O'Marsh", true}, {"Ada d'Marsh", true}, {"\xC3\x81" "da Marsh", true},
        {"Ada", false}, {"Personal finance", false}, {"The Author", false}, {"Founder at Boats", false}, {"Six Words Are Too Many Here", false}, {"", false}, {"Ada ", false}, {"Ada d", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (name_is_plausible(slice_of(cases[i].words)) != cases[i].want) fail_msg("\"%s\"", cases[i].words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bylines_are_cut_into_people), cmocka_unit_test(authors_are_found_where_pages_put_them), cmocka_unit_test(a_site_s_name_gives_way_to_who_is_named_on_the_page),
        cmocka_unit_test(the_fuller_list_is_the_byline), cmocka_unit_test(who_checked_it_or_took_the_pictures_is_no_author), cmocka_unit_test(a_role_behind_the_name_is_left_out),
        cmocka_unit_test(a_bare_name_needs_a_life_told_elsewhere), cmocka_unit_test(a_name_is_known_by_its_capitals),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
