/* test_facts.c - what accounts of one event say of each other: clashes and what only looks like one, agreement, differences. */
#include "test.h"

#include "../services/report/account.h"

enum { ACCOUNTS_MAX = 3, NAMES_MAX = 12, TEXT_MAX = 2000 };

/* Texts are written with their names marked: [Jonas Brekke] is a person, {Port Calder} a place, <Calder Lines> an organization. */
struct written {
    char text[TEXT_MAX], key[8];
    struct entity entities[NAMES_MAX];
    struct mention mentions[NAMES_MAX];
    struct doc doc;
};

static enum entity_type type_of(char open)
{
    return open == '[' ? ENTITY_PERSON : open == '{' ? ENTITY_LOCATION : open == '<' ? ENTITY_ORGANIZATION : ENTITY_NONE;
}

/* Fills w from a marked text, whose first line is the title when `title` is set. */
static void write_doc(struct written *w, const char *marked, size_t index)
{
    size_t n = 0, names = 0, b = 0;
    memset(w, 0, sizeof *w);
    enum entity_type open = ENTITY_NONE;
    for (const char *p = marked; *p != '\0'; p++) {
        enum entity_type type = type_of(*p);
        if (type != ENTITY_NONE) {
            open = type, b = n;
            continue;
        }
        if (open != ENTITY_NONE && (*p == ']' || *p == '}' || *p == '>')) {
            assert_true(names < NAMES_MAX);
            w->mentions[names] = (struct mention){.b = (uint32_t)b, .e = (uint32_t)n, .type = open};
            w->entities[names] = (struct entity){.name = {w->text + b, n - b}, .type = open, .mentions = {&w->mentions[names], 1}};
            names++;
            open = ENTITY_NONE;
            continue;
        }
        assert_true(n + 1 < TEXT_MAX);
        w->text[n++] = *p;
    }
    snprintf(w->key, sizeof w->key, "k%zu", index);
    w->doc.key = slice_of(w->key);
    w->doc.text = (struct slice){w->text, n};
    const char *line = strchr(w->text, '\n');
    w->doc.title = (struct span){0, (uint32_t)(line != NULL ? line - w->text : 0)};
    w->doc.title_basis = TITLE_LINE;
    w->doc.entities.ptr = w->entities;
    w->doc.entities.len = names;
    doc_set(&w->doc, DOC_KEY);
    doc_set(&w->doc, DOC_TEXT);
    doc_set(&w->doc, DOC_TITLE);
    doc_set(&w->doc, DOC_ENTITIES);
}

struct told {
    struct written w[ACCOUNTS_MAX];
    struct account accounts[ACCOUNTS_MAX];
    struct arena *mem;
    struct story_view view;
};

static void tell(struct told *t, const char *const texts[ACCOUNTS_MAX])
{
    size_t n = 0;
    for (; n < ACCOUNTS_MAX && texts[n] != NULL; n++) {
        write_doc(&t->w[n], texts[n], n);
        t->accounts[n] = (struct account){.doc = &t->w[n].doc, .key = t->w[n].doc.key, .verdict = VERDICT_ORIGINAL};
    }
    arena_reset(t->mem);
    assert_err(story_view_build((struct accounts){t->accounts, n}, (struct neighbours){NULL, 0}, (struct known_names){NULL, 0}, t->mem, &t->view), OK, "view");
}

static int set_up(void **state)
{
    struct told *t = calloc(1, sizeof *t);
    if (t == NULL || (t->mem = arena_create((size_t)64 << 20)) == NULL) return -1;
    *state = t;
    return 0;
}

static int tear_down(void **state)
{
    struct told *t = *state;
    arena_destroy(&t->mem);
    free(t);
    return 0;
}

static const struct conflict_view *at_level(const struct story_view *v, enum level level)
{
    for (size_t i = 0; i < v->conflicts.len; i++)
        if (v->conflicts.ptr[i].level == level) return &v->conflicts.ptr[i];
    return NULL;
}

static bool has_value(const struct value_views *v, const char *value)
{
    for (size_t i = 0; i < v->len; i++)
        if (slice_eq(v->ptr[i].value, slice_of(value))) return true;
    return false;
}

/* --- clashes --- */

static const struct { const char *name, *one, *two; const char *values[2]; } clashes[] = {
    {"people aboard, called otherwise",
     "Ferry aground off Kestrel Point\n\nThe ferry {Maren Sund} ran aground in thick fog off {Kestrel Point} on Tuesday, and all 214 people aboard were taken to {Port Calder}.",
     "Ferry stuck in fog\n\nRescuers took the 241 passengers and crew of the ferry {Maren Sund}, which ran aground in thick fog off {Kestrel Point} on Tuesday, to {Port Calder}.",
     {"214", "241"}},
    {"how long the same thing lasted",
     "Bridge closed\n\nThe bridge at {Veldhaven} stayed shut for seven hours after a crane fell on the railing, the harbour office said.",
     "Crane falls\n\nA crane fell on the railing of the bridge at {Veldhaven}, which stayed shut for nine hours, the harbour office said.",
     {"PT7H", "PT9H"}},
    {"the day that somebody died",
     "Painter dies\n\nThe painter [Ilse Varga] died on Thursday at a hospital in {Calder} after a long illness of the lungs, her gallery said.",
     "Ilse Varga dead\n\nPainter [Ilse Varga], who had long been ill, died on Tuesday in a {Calder} hospital of her lungs, said her gallery.",
     {"XXXX-WXX-4", "XXXX-WXX-2"}},
    {"the same words before and behind",
     "Clerk freed\n\n[Ansel Dorn] served four months in the county prison at {Calder} for his part in the theft.",
     "Back home\n\n[Ansel Dorn] is back at the mill. [Ansel Dorn] served five months in the county prison at {Calder}.",
     {"P4M", "P5M"}},
    {"one digit of an exact sum",
     "Mayor's trip\n\nThe mayor spent $5,687.75 at the Sandholm Retreat on Orrin Island, the auditors found.",
     "Trip on the town\n\nAuditors listed a stay of $5,587.75 at the Sandholm Retreat on Orrin Island.",
     {"5687.75", "5587.75"}},
    {"leads that share much, though little of it stands near the numbers",
     "Raid fails\n\nIn three boats the raiders had closed in on the freighter {Calder Star} when the destroyer {Orrin} of the <Sonnen Navy> came up, a spokesman told reporters on Sunday.",
     "Freighter safe\n\nThe <Sonnen Navy> sent the {Orrin} to help the freighter {Calder Star}, which said on Sunday that two boats were shooting.",
     {"3", "2"}},
    {"the day of a death in two leads that tell little else alike",
     "Ilse Varga, painter of the harbours\n\n[Ilse Varga], who painted the harbours of {Calder} for sixty years and never sold a sketch, died on Thursday.",
     "Painter [Ilse Varga] dies\n\n[Ilse Varga], known for her harbours of {Calder}, died on Friday. She was alone.",
     {"XXXX-WXX-4", "XXXX-WXX-5"}},
    {"votes",
     "Tram approved\n\nThe city council of {Veldhaven} approved the construction of the tram line on Wednesday evening by 27 votes to 18.",
     "Tram\n\nThe city council of {Veldhaven} approved the tram line late on Wednesday by 26 votes to 19.",
     {"27-18", "26-19"}},
    {"thousands of one thing, told in other words",
     "Rule is final\n\nThe <Port Office> of {Calder} published its rule on Monday. The clerks had nearly 235,000 public comments to read.",
     "Anchor rule\n\nThe <Port Office> of {Calder} has a new rule for anchors. It received 300,000 comments, most of them on one form.",
     {"~235000", "300000"}},
};

static void a_clash_is_found_with_both_values(void **state)
{
    struct told *t = *state;
    for (size_t i = 0; i < sizeof clashes / sizeof clashes[0]; i++) {
        tell(t, (const char *const[ACCOUNTS_MAX]){clashes[i].one, clashes[i].two});
        const struct conflict_view *c = at_level(&t->view, LEVEL_CONFLICT);
        if (c == NULL || !has_value(&c->values, clashes[i].values[0]) || !has_value(&c->values, clashes[i].values[1])) fail_msg("%s", clashes[i].name);
    }
}

static const struct { const char *name, *one, *two, *three; } calm[] = {
    {"nothing to compare", "Fog\n\nFog lay on the harbour.", "Rain\n\nRain fell on the hills.", NULL},
    {"two events of one kind",
     "Ferry late\n\nThe ferry to {Sonnen} was three hours late on Monday because of ice, said <Calder Lines>.",
     "Tram late\n\nThe tram to {Veldhaven} was four hours late on Friday because of a fallen tree, said <Tram Union>.", NULL},
    {"two people in one place",
     "Mill closes\n\n[Ansel Dorn] has worked at the mill for 37 years and stood by the gate when the whistle blew.",
     "Last whistle\n\n[Berit Lund], who has worked at the mill for 30 years, stood by the gate when the whistle blew.", NULL},
    {"rounding",
     "New bridge\n\nThe council voted for a bridge at {Veldhaven} that costs $391 million, the treasurer said on Tuesday.",
     "Bridge voted\n\nThe council on Tuesday voted for a bridge at {Veldhaven} that costs about $400 million, said the treasurer.", NULL},
    {"a sum and its parts",
     "Arms found\n\nDivers found seven rifles, two other rifles and a chest of coins in the wreck off {Kestrel Point}, the coast guard said.",
     "Wreck searched\n\nNine rifles and a chest of coins were found in the wreck off {Kestrel Point}, the coast guard said.", NULL},
    {"an account that knows both",
     "Bids\n\nThe <Harbour Club> offered the goalkeeper a contract of seven years and the <Hill Club> one of eight years.",
     "Bids come in\n\nThe <Hill Club> offered the goalkeeper a contract of eight years.",
     "More bids\n\nThe <Harbour Club> offered the goalkeeper a contract of seven years."},
    {"a span after which something else came",
     "Strike ends\n\nAfter six days the strike of the ferry crews at {Port Calder} ended on Monday, said <Calder Lines>.",
     "Crews strike\n\nThe ferry crews at {Port Calder} have gone on strike for four days, <Calder Lines> said.", NULL},
    {"what somebody says of it",
     "Row\n\n[Ines Marwick] said: \"The council wasted 40 million on the bridge at Veldhaven in one year of waste and sloth.\"",
     "Row goes on\n\nThe council spent $50 million on the bridge at Veldhaven in one year, the books show.", NULL},
    {"counts of two years",
     "Thefts up\n\nThe harbour police of {Calder} counted 6,121 thefts from boats in 2016, said [Ines Marwick].",
     "Boat thefts\n\nThe harbour police of {Calder} counted 7,314 thefts from boats in 2019, said [Ines Marwick].", NULL},
    {"the terms of two loans",
     "Loan sold\n\n<Calder Lines> of {Port Calder} sold a loan at par on Monday. Non-callable for five years, the bonds are rated B by the <Tram Union>.",
     "Second loan\n\nA loan was sold at par by <Calder Lines> in {Port Calder}. Non-callable for four years, the bonds of Monday are rated C by the bank.", NULL},
    {"since two things",
     "Ferry back\n\nThe ferry {Maren Sund} sailed again from {Port Calder} on Monday, eight months after the Maren Sund ran aground.",
     "Ferry sails\n\nThe ferry {Maren Sund} was let go at {Port Calder} on Monday, ten months after the Maren Sund left the yard.", NULL},
    {"two spans in leads that share only names",
     "Farmers ask\n\nFarmers who bring milk to <Brightwell Dairy> have asked its buyer, <Aldane Foods>, to guarantee their contracts for five years.",
     "Dairy sold\n\n<Aldane Foods> has agreed to buy <Brightwell Dairy> in cash, the largest takeover that the country's food industry has seen in ten years.", NULL},
    {"two years' meetings of one bank",
     "Bank meets\n\nDelegates gather on Monday in {Sonnen} for the 20th meeting of the <Orrin Bank>, which {Calder} stays away from.",
     "Bank to meet\n\nThe 22nd annual meeting of the <Orrin Bank> will be held in {Calder} in two years, a delegate said on Monday in {Sonnen}.", NULL},
    {"the credits of two firms",
     "Credit for {Calder}\n\n<Orrin Mills> of {Port Calder} signed a loan with the banks of {Sonnen} on Monday. The loan of the mills of {Calder} runs for five years, said the banks.",
     "Loan for tiles\n\n<Lund Tiles> of {Port Calder} signed a loan with the banks of {Sonnen} on Monday. The loan of the tile works of {Calder} runs for seven years, said the banks.", NULL},
    {"a share of two companies, each called the company",
     "<Orrin Mills> ends year\n\n<Orrin Mills> of {Calder} had a good year. The accounts leave out what was bought by the company's 81 percent owned daughter <Kestrel Sails> in August.",
     "<Lund Tiles> ends year\n\n<Lund Tiles> of {Calder} had a bad year. The company is 80 percent owned by <Kestrel Sails>. The rest is with <Orrin Mills>.", NULL},
    {"more than what the other says",
     "Council sits\n\nThe town council of {Veldhaven} ended a 27-hour marathon sitting on the tram line on Saturday with a vote.",
     "Tram voted\n\nThe town council of {Veldhaven} voted on Saturday after a marathon sitting on the tram line that lasted beyond 24 hours.", NULL},
    {"the two ends of a range",
     "Notes\n\nNotes of the <Port Bank> in {Calder} pay the new rate when they run for 30-69 days, said [Ines Marwick].",
     "Rates\n\nNotes of the <Port Bank> in {Calder} pay the new rate when they run for 30-88 days, said [Ines Marwick].", NULL},
};

static void what_is_no_clash_stays_calm(void **state)
{
    struct told *t = *state;
    for (size_t i = 0; i < sizeof calm / sizeof calm[0]; i++) {
        tell(t, (const char *const[ACCOUNTS_MAX]){calm[i].one, calm[i].two, calm[i].three});
        if (at_level(&t->view, LEVEL_CONFLICT) != NULL) fail_msg("%s", calm[i].name);
    }
}

static void a_toll_that_moves_is_an_update(void **state)
{
    struct told *t = *state;
    tell(t, (const char *const[ACCOUNTS_MAX]){
        "Ferry aground\n\nThe ferry {Maren Sund} ran aground off {Kestrel Point}. Twelve people were injured.",
        "Ferry stuck\n\nA ferry is stuck on a sandbank near {Kestrel Point}. Nine people were injured, said the coast guard."});
    assert_null(at_level(&t->view, LEVEL_CONFLICT));
    const struct conflict_view *c = at_level(&t->view, LEVEL_UPDATE);
    assert_non_null(c);
    assert_true(has_value(&c->values, "12") && has_value(&c->values, "9"));
    assert_true(slice_eq(c->subject, SLICE("injured")));
}

static void what_clashes_in_titles_and_again_in_texts_is_one_clash(void **state)
{
    struct told *t = *state;
    tell(t, (const char *const[ACCOUNTS_MAX]){
        "<Aldane Foods> to buy <Brightwell Dairy> for $1.2 billion\n\n<Aldane Foods> has agreed to buy <Brightwell Dairy> for $1.2 billion in cash, the two said.",
        "<Aldane Foods> to buy <Brightwell Dairy> for $1.4 billion\n\n<Aldane Foods> has agreed to buy <Brightwell Dairy> for $1.4 billion in cash, a record."});
    size_t n = 0;
    for (size_t i = 0; i < t->view.conflicts.len; i++) n += t->view.conflicts.ptr[i].level == LEVEL_CONFLICT;
    assert_int_equal(n, 1);
}

static void all_who_give_a_number_that_moved_are_named(void **state)
{
    struct told *t = *state;
    tell(t, (const char *const[ACCOUNTS_MAX]){
        "Ferry aground\n\nThe ferry {Maren Sund} ran aground off {Kestrel Point}. Twelve people were injured, a doctor said.",
        "Ferry stuck\n\nA ferry is stuck on a sandbank near {Kestrel Point}. Nine people were injured, said the coast guard.",
        "Fog\n\nThe {Maren Sund} ran aground in fog. On the quay of {Port Calder} it was heard before noon that twelve people were injured, a doctor told reporters, when the deck leaned over."});
    const struct conflict_view *c = at_level(&t->view, LEVEL_UPDATE);
    assert_non_null(c);
    for (size_t i = 0; i < c->values.len; i++) assert_int_equal(c->values.ptr[i].accounts, slice_eq(c->values.ptr[i].value, SLICE("12")) ? 2 : 1);
}

static void what_two_pairs_of_sentences_agree_on_is_one_fact(void **state)
{
    struct told *t = *state;
    tell(t, (const char *const[ACCOUNTS_MAX]){
        "{Veldhaven} bridge costs $391 million\n\nThe council of {Veldhaven} voted on Tuesday. The bridge over the {Orrin} will cost $391 million, the treasurer said.",
        "Council of {Veldhaven} votes for $391 million bridge\n\nNobody spoke against it. The treasurer put the cost of the bridge over the {Orrin} at $391 million."});
    size_t n = 0;
    for (size_t i = 0; i < t->view.facts.len; i++) n += t->view.facts.ptr[i].slot == SLOT_MONEY;
    assert_int_equal(n, 1);
}

static void a_third_account_is_named_beside_the_value_that_it_has(void **state)
{
    struct told *t = *state;
    tell(t, (const char *const[ACCOUNTS_MAX]){clashes[0].one, clashes[0].two,
        "Fog traps ferry\n\nAll 214 people aboard the ferry {Maren Sund} are safe after it ran aground in fog off {Kestrel Point} on Tuesday."});
    const struct conflict_view *c = at_level(&t->view, LEVEL_CONFLICT);
    assert_non_null(c);
    assert_int_equal(c->values.len, 2);
    assert_true(c->majority >= 0 && slice_eq(c->values.ptr[c->majority].value, SLICE("214")));
    assert_int_equal(c->values.ptr[c->majority].independent, 2);
}

/* --- agreement --- */

static bool agreed(const struct story_view *v, enum slot slot, const char *value)
{
    for (size_t i = 0; i < v->facts.len; i++)
        if (v->facts.ptr[i].slot == slot && has_value(&v->facts.ptr[i].values, value)) return true;
    return false;
}

static void who_takes_part_is_agreed_and_who_is_only_named_is_not(void **state)
{
    struct told *t = *state;
    tell(t, (const char *const[ACCOUNTS_MAX]){
        "Envoy meets minister\n\nEnvoy [Ruth Oland] met [Piet Larsmo] in {Sandholm} on Friday, a week after [Tilde Aberg] had spoken of war.",
        "Talks in Sandholm\n\n[Ruth Oland] had talks with [Piet Larsmo] in {Sandholm} on Friday; [Tilde Aberg] was against it."});
    assert_true(slice_eq(t->view.event.type, SLICE("meeting")));
    assert_true(agreed(&t->view, SLOT_PLACE, "Sandholm"));
    assert_true(agreed(&t->view, SLOT_PARTICIPANT, "Ruth Oland"));
    assert_true(agreed(&t->view, SLOT_PARTICIPANT, "Piet Larsmo"));
    assert_false(agreed(&t->view, SLOT_PARTICIPANT, "Tilde Aberg"));
}

static struct slice subject_of_fact(const struct story_view *v, enum slot slot, const char *value)
{
    for (size_t i = 0; i < v->facts.len; i++)
        if (v->facts.ptr[i].slot == slot && has_value(&v->facts.ptr[i].values, value)) return v->facts.ptr[i].subject;
    return SLICE("nothing");
}

static void what_was_done_is_called_as_the_accounts_call_it(void **state)
{
    struct told *t = *state;
    tell(t, (const char *const[ACCOUNTS_MAX]){
        "Mayor signs order\n\nMayor [Ruth Oland] signed an order on the ferries of {Sandholm}.",
        "Order on ferries\n\n[Ruth Oland] signed the order on the ferries of {Sandholm}."});
    assert_true(slice_eq(subject_of_fact(&t->view, SLOT_PARTICIPANT, "Ruth Oland"), SLICE("signs")));
    tell(t, (const char *const[ACCOUNTS_MAX]){ /* one signs, the other repeals: they tell of two acts */
        "Mayor signs order\n\nMayor [Ruth Oland] signed an order on the ferries of {Sandholm}.",
        "Ferry law\n\n[Ruth Oland] wants a repeal of the ferries' law of {Sandholm}."});
    assert_true(slice_eq(subject_of_fact(&t->view, SLOT_PARTICIPANT, "Ruth Oland"), SLICE("nothing")));
}

static void what_is_asked_for_threatened_or_supposed_is_not_agreed(void **state)
{
    static const struct { const char *name, *one, *two, *who; } cases[] = {
        {"threatened", "Mayor threatens to veto law\n\nMayor [Ruth Oland] threatened to veto the law on ferries.", "Veto\n\n[Ruth Oland] threatens to veto the ferries' law.", "Ruth Oland"},
        {"asked for", "Call to resign\n\nThe union called on [Piet Larsmo] to resign.", "Resign, says union\n\nFishermen urged [Piet Larsmo] to resign on Monday.", "Piet Larsmo"},
        {"supposed", "If elected\n\nThe pier will be sold if [Tilde Aberg] is elected.", "Pier\n\nThe pier of {Calder} goes if [Tilde Aberg] is elected in May.", "Tilde Aberg"},
        {"hoped for", "Will she veto?\n\nThe union hoped that [Ruth Oland] would veto the law.", "Veto\n\nTwo fishermen hoped that [Ruth Oland] would veto the law on ferries.", "Ruth Oland"},
        {"kept from", "Council blocks [Ruth Oland] from making appointment\n\nThe council blocked [Ruth Oland] from making the appointment.",
         "Appointment\n\nThe council has blocked [Ruth Oland] from making an appointment.", "Ruth Oland"},
        {"ruled out", "[Ruth Oland] rules out meeting\n\n[Ruth Oland] rules out a meeting with the union.", "No meeting\n\n[Ruth Oland] has ruled out a meeting.", "Ruth Oland"},
        {"not done", "No meeting\n\n[Ruth Oland] will not meet the union.", "Union waits\n\nThe union waits: [Ruth Oland] won't meet the union.", "Ruth Oland"},
        {"cancelled", "[Ruth Oland] cancels rally\n\n[Ruth Oland] cancels her rally in {Calder}.", "No rally\n\n[Ruth Oland] has cancelled her rally.", "Ruth Oland"},
        {"required of", "Council signs bill requiring [Ruth Oland] to pay\n\nThe council signed a bill requiring [Ruth Oland] to pay.", "Bill\n\nA bill forcing [Ruth Oland] to pay was signed.", "Ruth Oland"},
        {"somebody else's", "Mayor commutes sentence\n\n[Ruth Oland] commutes the sentence of a clerk.", "Sentence\n\n[Ruth Oland] has commuted a clerk's sentence.", "Ruth Oland"},
        {"played", "Fake video\n\nA fake video of [Ruth Oland] shooting gulls was shown.", "Gulls\n\nGuests saw a fake film of [Ruth Oland] shooting gulls.", "Ruth Oland"},
    };
    struct told *t = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tell(t, (const char *const[ACCOUNTS_MAX]){cases[i].one, cases[i].two});
        if (t->view.event.type.len == 0 || agreed(&t->view, SLOT_PARTICIPANT, cases[i].who)) fail_msg("%s", cases[i].name);
    }
    tell(t, (const char *const[ACCOUNTS_MAX]){
        "Mayor vetoes law\n\nMayor [Ruth Oland] vetoed the law on ferries, as she had threatened.", "Veto\n\n[Ruth Oland] vetoed the ferries' law, whether or not the town likes it."});
    assert_true(agreed(&t->view, SLOT_PARTICIPANT, "Ruth Oland"));
}

static void what_only_looks_like_a_part_of_the_event_is_not_agreed(void **state)
{
    static const struct { const char *name, *one, *two, *value; enum slot slot; } cases[] = {
        {"a storm's name", "Hurricane nears\n\nHurricane [Hanna] will flood {Port Calder}, the coast guard warns.", "Storm\n\nThe hurricane [Hanna] floods the quays of {Port Calder}.", "Hanna", SLOT_PARTICIPANT},
        {"a fraud's subject", "Fraud\n\n[Ruth Oland] speaks of election fraud in {Calder}.", "Claims\n\nThe [Ruth Oland] election fraud claims are looked into.", "Ruth Oland", SLOT_PARTICIPANT},
        {"a person called Bill", "[Bill] and [Mira Lund] part\n\n[Bill] and [Mira Lund] of {Calder} part.", "[Bill] and [Mira Lund]\n\nNobody knew why [Bill] and [Mira Lund] part.", "Mira Lund", SLOT_PARTICIPANT},
    };
    struct told *t = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tell(t, (const char *const[ACCOUNTS_MAX]){cases[i].one, cases[i].two});
        if (agreed(&t->view, cases[i].slot, cases[i].value)) fail_msg("%s", cases[i].name);
    }
}

static void a_visit_is_no_meeting_a_murder_no_death_and_a_shot_no_attack(void **state)
{
    struct told *t = *state;
    tell(t, (const char *const[ACCOUNTS_MAX]){
        "Mayor visits mill\n\nMayor [Ruth Oland] visited the mill at {Calder} on Friday.", "Mill\n\n[Ruth Oland] on Friday visited the mill at {Calder}."});
    assert_true(slice_eq(subject_of_fact(&t->view, SLOT_PARTICIPANT, "Ruth Oland"), SLICE("visit")));
    tell(t, (const char *const[ACCOUNTS_MAX]){ /* the killer takes part in no death */
        "Clerk admits murder\n\nThe clerk [Ansel Dorn] confessed to the murder of his aunt.", "Murder\n\n[Ansel Dorn] has admitted a murder."});
    assert_true(slice_eq(subject_of_fact(&t->view, SLOT_PARTICIPANT, "Ansel Dorn"), SLICE("murder")));
    tell(t, (const char *const[ACCOUNTS_MAX]){
        "Watchman shot\n\nA guard shot [Piet Larsmo] at the mill in {Calder}.", "Mill shooting\n\nThe shooting of [Piet Larsmo] at the mill shocks {Calder}."});
    assert_true(slice_eq(subject_of_fact(&t->view, SLOT_PARTICIPANT, "Piet Larsmo"), SLICE("shooting")));
}

static void what_is_denied_is_not_agreed(void **state)
{
    struct told *t = *state;
    tell(t, (const char *const[ACCOUNTS_MAX]){
        "Envoy meets minister\n\nEnvoy [Ruth Oland] met [Piet Larsmo] in {Sandholm} on Friday.",
        "No talks in Sandholm\n\nThe ministry denied that [Ruth Oland] met [Piet Larsmo] in {Sandholm} on Friday."});
    assert_false(agreed(&t->view, SLOT_PARTICIPANT, "Piet Larsmo"));
}

static void two_of_one_first_and_last_name_are_two(void **state)
{
    struct told *t = *state;
    tell(t, (const char *const[ACCOUNTS_MAX]){
        "Captain dies\n\nCaptain [Ansel Berg Dorn] of {Calder} was killed on Monday by a falling crane.",
        "Captains of old\n\nCaptain [Ansel Lind Dorn] of {Calder} was killed in a storm on a Monday."});
    size_t captains = 0;
    for (size_t i = 0; i < t->view.actors.len; i++) captains += slice_ends(t->view.actors.ptr[i].name, SLICE("Dorn"));
    assert_int_equal(captains, 2);
}

static void numbers_are_read_as_the_text_means_them(void **state)
{
    static const struct { const char *name, *one, *two, *value; enum slot slot; bool agreed; } cases[] = {
        {"spread over years, not longer", "Harbour plan\n\nThe harbour of {Calder} would cost $12 billion over eight years under the treasurer's plan.",
         "Plan for Calder\n\nUnder the treasurer's plan the harbour of {Calder} would cost $12 billion over eight years.", "P8Y", SLOT_DURATION, true},
        {"half a dozen is six", "Cranes\n\nHalf a dozen cranes toppled into the basin at {Calder} when the gale came, and nobody was near them.",
         "Storm\n\nWatchmen saw how half a dozen cranes toppled into the basin at {Calder}, where two ferries lay empty at the quay.", "6", SLOT_COUNT, true},
        {"the ends of a range are no sums", "Bids\n\nThe harbour club of {Calder} offered the goalkeeper between $140 million and $150 million, said his agent on Monday, and a house by the sea.",
         "Goalkeeper\n\nThe harbour club of {Calder} offered the goalkeeper, who turns thirty in June, between $140 million and $150 million.", "150000000", SLOT_MONEY, false},
        {"two clubs' bids of one sum", "Bids\n\n<Orrin Rovers> bid $40 million for the goalkeeper, <Kestrel Wheel> $35 million.",
         "Goalkeeper\n\n<Sonnen Dynamos> bid $40 million for the goalkeeper, <Calder Athletic> $30 million.", "40000000", SLOT_MONEY, false},
        {"one in five hundred is not five hundred", "Rust\n\n<Calder Lamps> estimated on Monday that one in every 500 lamp owners had met the rust that eats wicks.",
         "Lamps\n\nWicks rust. <Calder Lamps> fears that by now one in every 500 lamp owners has met rust on the wicks, and that they grow by half each day.", "500", SLOT_COUNT, false},
        {"the end of a range written with to", "Rash\n\nThe rash came six to 13 days after the bath in the harbour of {Calder}, said the doctors of {Sonnen}.",
         "Bath\n\nDoctors of {Sonnen} said that the rash came 6 to 13 days after the bath in the harbour of {Calder}.", "P13D", SLOT_DURATION, false},
        {"the beginning of a range", "Offer\n\nThe club of {Calder} offered the goalkeeper six years and $140-150 million, his agent told the reporters on the pier.",
         "Goalkeeper\n\nHis agent said on the pier that the goalkeeper had an offer of $140 to $150 million from the club of {Calder}.", "140000000", SLOT_MONEY, false},
        {"a flaw of no days", "Flaw\n\n<Calder Locks> sent out a patch for the zero-day flaw in its harbour locks on Monday, said the guild of watchmen.",
         "Locks\n\nThe guild of watchmen said that the zero-day flaw in the harbour locks has a patch, which <Calder Locks> sent on Monday.", "P0D", SLOT_DURATION, false},
        {"a quarter is a time", "Mills\n\n<Orrin Mills> of {Calder} had a good third quarter on Monday, it says, with more cloth sold from the quay.",
         "Cloth\n\nMore cloth sold from the quay gave <Orrin Mills> of {Calder} a good third quarter, it says on Monday.", "3", SLOT_ORDINAL, false},
        {"the months of every report", "Mills\n\n<Orrin Mills> of {Calder} made a profit of four crowns a share in the nine months, the treasurer told the mill owners.",
         "Report\n\nThe treasurer told the mill owners of {Calder} that in nine months the profit was four crowns a share for <Orrin Mills>.", "P9M", SLOT_DURATION, false},
        {"a century is a time", "Pier\n\nThe pier of {Calder} was the longest of the 20th century, and the storm took it on Monday night.",
         "Storm\n\nOn Monday night the storm took the pier of {Calder}, the longest pier of the 20th century.", "20", SLOT_ORDINAL, false},
        {"a decade is no count", "Clerk\n\nThe clerk [Ansel Dorn] told the paper of the missing harbour dues in the early nineteen seventies.",
         "Dues\n\n[Ansel Dorn] was the paper's source for the missing harbour dues of the early nineteen seventies.", "19", SLOT_COUNT, false},
        {"who told is no part of it", "Ferry sold\n\nThe ferry will be sold to <Calder Lines> in June, according to two people familiar with the sale.",
         "Sale\n\nTwo people familiar with the sale said that the ferry goes to <Calder Lines> in June.", "2", SLOT_COUNT, false},
        {"wholly fine is no share", "Mayor falls\n\nThe mayor is 100 percent fine after a fall on the stairs of the ferry at {Calder}, her aide said.",
         "Fall\n\nAfter a fall on the stairs of the ferry at {Calder} the mayor is 100 percent fine, an aide said.", "100%", SLOT_PERCENT, false},
        {"who is wounded beside a dead one is not dead", "Shots at mill\n\nGunfire at the {Calder} mill of the Dorn brothers left a guard dead and two managing partners wounded.",
         "Mill\n\nThe {Calder} mill of the Dorn brothers was shut after gunfire left a guard dead and two managing partners wounded; the gunman fled by boat.", "2", SLOT_TOLL, false},
    };
    struct told *t = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tell(t, (const char *const[ACCOUNTS_MAX]){cases[i].one, cases[i].two});
        if (agreed(&t->view, cases[i].slot, cases[i].value) != cases[i].agreed) fail_msg("%s", cases[i].name);
    }
}

static void a_month_and_a_court_are_no_event(void **state)
{
    struct told *t = *state;
    tell(t, (const char *const[ACCOUNTS_MAX]){
        "Claims fall\n\nClaims for the week that ended March 20 fell to 684, the labour office said.",
        "Fewer claims\n\nThe labour office said that there were 684 claims in the week that ended March 20."});
    assert_int_equal(t->view.event.type.len, 0);
}

static void a_life_that_ends_at_75_is_no_toll(void **state)
{
    struct told *t = *state;
    tell(t, (const char *const[ACCOUNTS_MAX]){
        "[Ansel Dorn] dies at 75\n\nThe mill owner [Ansel Dorn] died at 75 in {Calder} on Monday.",
        "[Ansel Dorn] dead at 75\n\n[Ansel Dorn] of {Calder}, who owned the mill, has died at 75."});
    assert_false(agreed(&t->view, SLOT_TOLL, "75"));
}

/* --- differences --- */

static void what_both_can_have_right_is_no_difference(void **state)
{
    static const struct { const char *name, *one, *two; bool differs; } cases[] = {
        {"rounding", "New bridge\n\nThe council voted for a bridge at {Veldhaven} that costs $391 million, the treasurer said on Tuesday.",
         "Bridge voted\n\nThe council on Tuesday voted for a bridge at {Veldhaven} that costs about $400 million, said the treasurer.", true},
        {"millions, and how many", "Votes lost\n\nThe harbour union of {Calder} says that the counting machines deleted 2.7 million votes cast for the ferry.",
         "Machines\n\nThe counting machines deleted millions of votes cast for the ferry, says the harbour union of {Calder}.", false},
        {"a year between the texts", "Clerk found\n\nThe clerk [Ansel Dorn], 27, was found hiding in a boathouse in {Calder} after the murder.",
         "Guilty\n\nThe clerk [Ansel Dorn], 29, who was found hiding in a boathouse in {Calder} after the murder, is guilty.", false},
    };
    struct told *t = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tell(t, (const char *const[ACCOUNTS_MAX]){cases[i].one, cases[i].two});
        if ((at_level(&t->view, LEVEL_DIFFERENCE) != NULL) != cases[i].differs || at_level(&t->view, LEVEL_CONFLICT) != NULL) fail_msg("%s", cases[i].name);
    }
}

/* Tells the three texts again, each with what stands between its quotation marks said by the speaker. */
static void tell_quotes(struct told *t, const char *const speakers[ACCOUNTS_MAX])
{
    struct quote q[ACCOUNTS_MAX];
    for (size_t i = 0; i < ACCOUNTS_MAX; i++) {
        const char *text = t->w[i].text, *b = strchr(text, '"'), *e = b != NULL ? strchr(b + 1, '"') : NULL;
        assert_non_null(e);
        q[i] = (struct quote){.b = (uint32_t)(b + 1 - text), .e = (uint32_t)(e - text), .kind = QUOTE_DIRECT, .speaker = slice_of(speakers[i])};
        t->w[i].doc.quotes.ptr = &q[i];
        t->w[i].doc.quotes.len = 1;
        doc_set(&t->w[i].doc, DOC_QUOTES);
    }
    arena_reset(t->mem);
    assert_err(story_view_build((struct accounts){t->accounts, ACCOUNTS_MAX}, (struct neighbours){NULL, 0}, (struct known_names){NULL, 0}, t->mem, &t->view), OK, "view");
}

static void a_quote_is_said_by_whom_most_accounts_name(void **state)
{
    struct told *t = *state;
    tell(t, (const char *const[ACCOUNTS_MAX]){
        "Row\n\n[Ines Marwick] spoke of [Piet Larsmo]: \"No farmer without a licence shall ever sit at the head of this harbour council.\"",
        "Farmer\n\n[Ines Marwick] warned: \"No farmer without a licence shall ever sit at the head of this council.\" [Piet Larsmo] laughed.",
        "Council\n\n[Piet Larsmo] was a \"farmer without a licence shall ever sit at the head of this\" to [Ines Marwick], who leads the council."});
    tell_quotes(t, (const char *const[ACCOUNTS_MAX]){"Ines Marwick", "Ines Marwick", "Piet Larsmo"});
    assert_true(t->view.quotes.len > 0 && t->view.quotes.ptr[0].versions_len == 3);
    assert_true(slice_eq(t->view.quotes.ptr[0].speaker, SLICE("Ines Marwick")) && !t->view.quotes.ptr[0].same_speaker);
    tell_quotes(t, (const char *const[ACCOUNTS_MAX]){"Ines Marwick", "somebody", "Piet Larsmo"});
    assert_true(t->view.quotes.ptr[0].speaker.len == 0 && !t->view.quotes.ptr[0].same_speaker);
}

static void an_editors_word_in_a_quote_is_no_difference(void **state)
{
    struct told *t = *state;
    tell(t, (const char *const[ACCOUNTS_MAX]){
        "Row\n\n[Ines Marwick] said: \"Now these (harbour) clerks have too much say in who may fish here.\"",
        "Clerks\n\n\"Now these clerks have too much say in who may fish here,\" [Ines Marwick] said.",
        "Fish\n\nTo [Ines Marwick] the fish are few: \"Nobody knows the tides.\""});
    tell_quotes(t, (const char *const[ACCOUNTS_MAX]){"Ines Marwick", "Ines Marwick", "Ines Marwick"});
    assert_null(at_level(&t->view, LEVEL_DIFFERENCE));
}

/* --- both report --- */

static void what_is_told_of_somebody_is_reported_by_both_and_what_he_is_called_is_not(void **state)
{
    struct told *t = *state;
    tell(t, (const char *const[ACCOUNTS_MAX]){
        "Dikes\n\nThe renowned coastal erosion engineer [Ada Lund] told the council on Tuesday that new dikes would take years.",
        "Council hears\n\nWith the harbour closed, [Ada Lund], the renowned coastal erosion engineer, warned of ice and rats in the cellars."});
    assert_int_equal(t->view.statements.len, 0);
    tell(t, (const char *const[ACCOUNTS_MAX]){
        "Dikes\n\nThe engineer [Ada Lund] warned the council on Tuesday that coastal erosion threatens the lighthouse of {Sonnen}.",
        "Council hears\n\nErosion of the coastal cliffs threatens the lighthouse, [Ada Lund] told the council with a sigh."});
    assert_int_equal(t->view.statements.len, 1);
}

/* --- what one account alone has --- */

static bool alone_with(const struct told *t, const char *person)
{
    for (size_t i = 0; i < t->view.only.len; i++)
        if (slice_eq(t->view.only.ptr[i].subject, slice_of(person))) return true;
    return false;
}

static bool has_actor(const struct told *t, const char *name)
{
    for (size_t i = 0; i < t->view.actors.len; i++)
        if (slice_eq(t->view.actors.ptr[i].name, slice_of(name))) return true;
    return false;
}

static void who_wrote_an_account_is_nobody_in_the_story(void **state)
{
    static const char *const credits[] = {
        "By [Theo Banks]\n\n", "By [Theo Banks] and [Ada Lund], staff writers\n\n", "(Reporting by [Theo Banks] in {Calder}; editing by [Ada Lund])\n\n",
    };
    struct told *t = *state;
    for (size_t i = 0; i < sizeof credits / sizeof credits[0]; i++) {
        char text[TEXT_MAX];
        snprintf(text, sizeof text, "Dairy sold\n\n%sThe dairy of {Veldhaven} was sold on Monday. [Hanna Svoboda], an analyst, said that the price was high.", credits[i]);
        tell(t, (const char *const[ACCOUNTS_MAX]){text, "Dairy in new hands\n\nA buyer was found on Monday for the dairy of {Veldhaven}, which had lost its farmers."});
        assert_true(alone_with(t, "Hanna Svoboda"));
        if (alone_with(t, "Theo Banks") || has_actor(t, "Theo Banks")) fail_msg("%s", credits[i]);
    }
    tell(t, (const char *const[ACCOUNTS_MAX]){
        "Dairy sold\n\nBy Monday evening [Theo Banks] had sold the dairy of {Veldhaven}. [Theo Banks] said nothing.",
        "Dairy in new hands\n\nA buyer was found on Monday for the dairy of {Veldhaven}, which had lost its farmers."});
    assert_true(alone_with(t, "Theo Banks"));
}

static void a_name_that_only_a_title_has_is_nobody(void **state)
{
    struct told *t = *state;
    tell(t, (const char *const[ACCOUNTS_MAX]){
        "Farmers Ask for Help After [Brightwell Sale]\n\nFarmers who bring milk to the dairy of {Veldhaven} asked for help on Monday.",
        "Dairy in new hands\n\nA buyer was found on Monday for the dairy of {Veldhaven}, which had lost its farmers."});
    assert_false(alone_with(t, "Brightwell Sale"));
}

/* --- summary --- */

/* How many sentences of the summary have the words. */
static size_t sentences_with(const struct told *t, const char *words)
{
    size_t n = 0;
    for (size_t i = 0; i < t->view.summary.len; i++) {
        struct cite c = t->view.summary.ptr[i].sentence;
        struct slice text = slice_cut(t->w[c.account].doc.text, c.b, c.e);
        n += memmem(text.ptr, text.len, words, strlen(words)) != NULL;
    }
    return n;
}

static void a_summary_tells_the_event_once(void **state)
{
    struct told *t = *state;
    tell(t, (const char *const[ACCOUNTS_MAX]){
        "Mill owner admits fraud\n\nMill owner [Ansel Dorn] pleaded guilty on Wednesday to spending the pension money of the mill on horses. The judge will sentence him in June.",
        "Guilty plea\n\n[Ansel Dorn], who owned the mill at {Calder}, on Wednesday pleaded guilty to fraud with pension money that he spent on horses. His lawyer spoke of remorse and debts."});
    assert_int_equal(sentences_with(t, "pleaded guilty"), 1);
}

static void a_summary_tells_an_act_once_whatever_it_is_called(void **state)
{
    struct told *t = *state;
    tell(t, (const char *const[ACCOUNTS_MAX]){
        "Union condemns harbour dues of {Calder}\n\nOne of the oldest unions of the coast passed a resolution against the harbour dues on Tuesday. Fog lay on the water.",
        "Dues\n\nRain fell. Boats lay idle. It was cold. Nobody came. The resolution was adopted at the summer gathering of the fishermen and net makers of {Port Calder}, the clerk wrote."});
    assert_int_equal(sentences_with(t, "passed a resolution"), 1);
    assert_int_equal(sentences_with(t, "was adopted"), 0);
}

static void a_summary_takes_no_sentence_that_needs_the_one_before(void **state)
{
    static const char *const back[] = {"One, a clerk of the harbour office, admitted that the dues were lost.", "The other clerk of the harbour office admitted that the dues were lost.",
                                       "The 49-year-old clerk of the harbour admitted that the dues were lost.", "A clerk admitted that the harbour dues were lost, saying: \u201cIt was night.",
                                       "At a time when harbour dues are lost, your clerk admitted nothing."};
    struct told *t = *state;
    for (size_t i = 0; i < sizeof back / sizeof back[0]; i++) {
        char text[TEXT_MAX];
        snprintf(text, sizeof text, "Harbour dues of {Calder} lost\n\nSeveral thousand coins vanished from a safe in {Calder}, said the police. Two men were seen. %s", back[i]);
        tell(t, (const char *const[ACCOUNTS_MAX]){text});
        if (t->view.summary.len == 0 || sentences_with(t, back[i]) != 0) fail_msg("%s", back[i]);
    }
}

static void a_summary_begins_with_what_the_headline_says(void **state)
{
    struct told *t = *state;
    tell(t, (const char *const[ACCOUNTS_MAX]){
        "<Aldane Foods> to buy <Brightwell Dairy>\n\n<Aldane Foods> has agreed to buy <Brightwell Dairy> for $1.2 billion in cash, the two companies said on Thursday.",
        "Farmers ask after <Brightwell> sale\n\nFarmers who deliver milk to <Brightwell Dairy> have asked its buyer, <Aldane Foods>, to guarantee their contracts for five years.",
        "Dairy sold\n\n<Aldane Foods> has agreed to buy <Brightwell Dairy> for $1.4 billion in cash, the largest takeover that the country's food industry has seen in ten years."});
    assert_true(t->view.summary.len > 0);
    struct cite c = t->view.summary.ptr[0].sentence;
    assert_true(slice_starts(slice_cut(t->w[c.account].doc.text, c.b, c.e), SLICE("Aldane Foods has agreed")));
}

static void a_summary_needs_no_second_sentence_that_says_the_first_more_exactly(void **state)
{
    struct told *t = *state;
    tell(t, (const char *const[ACCOUNTS_MAX]){
        "Council bans fires\n\nThe town council of {Calder} voted on Tuesday against open fires on the beach below the castle. Members of the town assembly passed the measure "
        "on Tuesday evening by hands. Farmers on the slopes fear for their hedges when the wind turns."});
    assert_int_equal(sentences_with(t, "voted on Tuesday"), 1);
    assert_int_equal(sentences_with(t, "passed the measure"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_clash_is_found_with_both_values, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_clash_stays_calm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_toll_that_moves_is_an_update, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_clashes_in_titles_and_again_in_texts_is_one_clash, set_up, tear_down),
        cmocka_unit_test_setup_teardown(all_who_give_a_number_that_moved_are_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_two_pairs_of_sentences_agree_on_is_one_fact, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_third_account_is_named_beside_the_value_that_it_has, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_takes_part_is_agreed_and_who_is_only_named_is_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_done_is_called_as_the_accounts_call_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_asked_for_threatened_or_supposed_is_not_agreed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_only_looks_like_a_part_of_the_event_is_not_agreed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_visit_is_no_meeting_a_murder_no_death_and_a_shot_no_attack, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_denied_is_not_agreed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_of_one_first_and_last_name_are_two, set_up, tear_down),
        cmocka_unit_test_setup_teardown(numbers_are_read_as_the_text_means_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_month_and_a_court_are_no_event, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_life_that_ends_at_75_is_no_toll, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_both_can_have_right_is_no_difference, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_quote_is_said_by_whom_most_accounts_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_editors_word_in_a_quote_is_no_difference, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_told_of_somebody_is_reported_by_both_and_what_he_is_called_is_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_wrote_an_account_is_nobody_in_the_story, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_name_that_only_a_title_has_is_nobody, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_summary_tells_the_event_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_summary_tells_an_act_once_whatever_it_is_called, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_summary_takes_no_sentence_that_needs_the_one_before, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_summary_begins_with_what_the_headline_says, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_summary_needs_no_second_sentence_that_says_the_first_more_exactly, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
