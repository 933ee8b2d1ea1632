/* lexicon.c - the words by heart, as rows of words; made into an open-addressed table once. */
#include "lexicon.h"

#include <stdlib.h>

#include "tokens.h"

enum { SLOTS = 8192 };

struct lexicon {
    struct lexeme slot[SLOTS]; /* lower == 0: free */
};

/* A word may carry "=N", its value; without it the values of a row are `value`. */
static const struct row {
    uint32_t classes;
    int32_t value;
    const char *words;
} rows[] = {
    {WORD_SAY | WORD_THAT, 0, "said say says saying added adds adding told tells telling stated states stating explained explains explaining "
        "noted notes noting announced announces announcing insisted insists insisting argued argues arguing declared declares declaring "
        "warned warns warning claimed claims claiming admitted admits admitting replied replies replying responded responds responding "
        "recalled recalls recalling remarked remarks remarking observed observes commented comments commenting continued continues "
        "concluded concludes stressed stresses stressing emphasized emphasizes emphasizing emphasised emphasises emphasising "
        "asserted asserts asserting maintained maintains maintaining alleged alleges alleging wrote writes writing tweeted tweets posted "
        "acknowledged acknowledges acknowledging confirmed confirms confirming conceded concedes indicated indicates indicating "
        "reported reports reiterated reiterates reiterating complained complains cautioned cautions cautioning quipped joked jokes "
        "testified testifies pledged pledges vowed vows vowing promised promises predicted predicts suggested suggests suggesting suggest "
        "revealed reveals revealing countered counters mused quoted pointed lamented laments boasted countered cried shouted yelled "
        "whispered answered answers asked asks asking wondered declaimed summed tell add state explain note announce insist argue declare "
        "warn claim admit reply respond stress maintain acknowledge confirm indicate reaffirmed reaffirms affirmed affirms opined proclaimed "
        "clarified clarifies disclosed underlined underscored underscores highlighted"},
    {WORD_THAT, 0, "believe believes believed believing think thinks thought thinking hope hopes hoped hoping fear fears feared expect "
        "expects expected feel feels felt know knows knew understand understands understood agree agrees agreed contend contends contended "
        "assume assumes assumed doubt doubts doubted estimate estimates estimated deny denies denied denying find found learned "
        "concluded decide decided propose proposes proposed"},
    {WORD_CALL, 0, "called calls calling describe describes described describing dubbed dubs labelled labeled labels labeling branded brands "
        "characterized characterizes characterizing characterised characterises characterising termed terms hailed hails praised praises "
        "denounced denounces condemned condemns condemning dismissed dismisses dismissing slammed slams blasted criticized criticised "
        "expressed expresses expressing acknowledged voiced voices cited cites citing welcomed welcomes decried decries likened deemed "
        "declared considers considered deplored touted touts"},
    {WORD_DEMAND, 0, "urged urges urging urge demanded demands demanding demand rejected rejects rejecting reject invited invites inviting "
        "called insisted insists cautioned cautions implored implores implore begged begs pleaded appealed ordered orders threatened "
        "threatens threatening vowed pledged pledges promised promises refused refuses refusing conditioned proposed proposes "
        "confirmed confirms ruled opposed opposes backed supported endorsed endorses advocated advocates dismissed denied denies warned "
        "condemned condemns accused accuses accusing blamed blames blaming requested requests requesting"},
    {WORD_PRONOUN | WORD_FUNCTION, 0, "he=1 she=2 they=3 it=4 i=5 we=6 who=7"},
    {WORD_TITLE | WORD_ROLE, 0, "president premier chancellor king queen=0 prince princess emperor pope senator congressman congresswoman representative governor "
        "mayor minister secretary ambassador general colonel major captain lieutenant sergeant admiral commander judge justice professor "
        "doctor chairman chairwoman chair director bishop archbishop cardinal father sister reverend rabbi imam sheikh ayatollah sultan emir "
        "prosecutor attorney commissioner inspector superintendent sheriff detective officer deputy coach envoy spokesman spokeswoman "
        "spokesperson leader chief co-founder founder ceo lawmaker speaker whip councillor councilman councilwoman archduke duke duchess "
        "baron baroness lord lady dame sir marshal brigadier chargé candidate analyst economist author actor actress singer "
        "negotiator adviser advisor diplomat journalist reporter lawyer businessman businesswoman billionaire mp mep congressperson vice "
        "undersecretary premier-elect president-elect striker goalkeeper midfielder defender captain skipper"},
    {WORD_TITLE | WORD_ABBREVIATION, 0, "mr mrs ms dr prof gen sen rep gov lt col maj sgt capt adm rev hon pres cmdr brig det supt insp cpl pvt fr messrs mx st ste"},
    {WORD_ABBREVIATION | WORD_ORG, 0, "inc corp co ltd llc bros plc"},
    {WORD_ABBREVIATION, 0, "jr sr vs etc dept est approx assn ave blvd mt ft univ cf ed eds vol"},
    {WORD_ABBREVIATION | WORD_MONTH, 0, "jan=1 feb=2 mar=3 apr=4 jun=6 jul=7 aug=8 sept=9 sep=9 oct=10 nov=11 dec=12"},
    {WORD_MONTH, 0, "january=1 february=2 march=3 april=4 may=5 june=6 july=7 august=8 september=9 october=10 november=11 december=12"},
    {WORD_WEEKDAY, 0, "monday=1 tuesday=2 wednesday=3 thursday=4 friday=5 saturday=6 sunday=7 mondays=1 tuesdays=2 wednesdays=3 thursdays=4 "
        "fridays=5 saturdays=6 sundays=7"},
    {WORD_CARDINAL, 0, "zero=0 one=1 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 eleven=11 twelve=12 thirteen=13 fourteen=14 "
        "fifteen=15 sixteen=16 seventeen=17 eighteen=18 nineteen=19 twenty=20 thirty=30 forty=40 fifty=50 sixty=60 seventy=70 eighty=80 ninety=90"},
    {WORD_ORDINAL, 0, "first=1 second=2 third=3 fourth=4 fifth=5 sixth=6 seventh=7 eighth=8 ninth=9 tenth=10 eleventh=11 twelfth=12 thirteenth=13 "
        "fourteenth=14 fifteenth=15 sixteenth=16 seventeenth=17 eighteenth=18 nineteenth=19 twentieth=20 thirtieth=30 fortieth=40 fiftieth=50"},
    {WORD_UNIT, 0, "seconds=1 minute=2 minutes=2 hour=3 hours=3 day=4 days=4 week=5 weeks=5 month=6 months=6 quarter=7 quarters=7 year=8 "
        "years=8 decade=9 decades=9 century=10 centuries=10 weekend=11 weekends=11"},
    {WORD_SEASON, 0, "spring=1 summer=2 autumn=3 fall=3 winter=4"},
    {WORD_SCALE, 0, "hundred=2 hundreds=2 thousand=3 thousands=3 million=6 millions=6 billion=9 billions=9 trillion=12 trillions=12 dozen=0 dozens=0 "
        "bn=9 m=6 mn=6 tn=12"},
    {WORD_MONEY, 0, "dollar=1 dollars=1 euro=2 euros=2 pound=3 pounds=3 sterling=3 yen=4 rouble=5 roubles=5 ruble=5 rubles=5 hryvnia=6 hryvnias=6 "
        "rupee=7 rupees=7 yuan=8 renminbi=8 franc=9 francs=9"},
    {WORD_ROLE, 0, "official aide expert activist resident witness survivor owner manager executive partner boss head member head-of-state monarch "
        "ruler politician scientist researcher historian scholar fellow strategist consultant spokesmen source insider veteran victim "
        "mother husband wife brother son daughter student teacher doctor nurse pilot farmer soldier fighter militant rebel "
        "troubleshooter associate intermediary counterpart successor predecessor premier confidant ally negotiator mediator nominee "
        "president-designate investor developer entrepreneur"},
    {WORD_GROUP, 0, "analysts officials experts observers sources critics supporters aides lawmakers diplomats investigators prosecutors police "
        "authorities witnesses residents activists scientists researchers economists voices opponents protesters campaigners lawyers "
        "organizers organisers leaders ministers politicians commentators historians relatives villagers doctors medics rescuers people "
        "spokespeople spokesmen insiders residents reporters media traders investors rebels militants groups"},
    {WORD_FUNCTION | WORD_DETERMINER, 0, "the a an this that these those his her its their my your our some any each every no another both all"},
    {WORD_FUNCTION | WORD_PREPOSITION | WORD_LINK, 0, "of for"},
    {WORD_FUNCTION | WORD_PREPOSITION, 0, "in on at to from by with about against between into through during under over near since until without within "
        "among amid despite toward towards across behind beyond above below off upon alongside via per following ahead outside inside like than"},
    {WORD_FUNCTION | WORD_LINK, 0, "and"},
    {WORD_LINK, 0, "de la le du des del della von van der den ter ten al el bin ibn ben da dos das di y e abu ul"},
    {WORD_FUNCTION | WORD_SUBORDINATE, 0, "but while because although though when whereas if unless as after before whether however where which so or yet once"},
    {WORD_FUNCTION | WORD_AUXILIARY, 0, "is are was were be been being has have had having do does did will would shall should can could may might must"},
    {WORD_FUNCTION, 0, "there here what why how not nor either neither then now meanwhile also still just even only more most many much few such other "
        "others you me him us them himself herself itself themselves mine yours one two three four five six seven eight nine ten yes no "
        "earlier later today yesterday tomorrow tonight according instead indeed moreover furthermore nevertheless nonetheless therefore thus "
        "perhaps maybe often sometimes never always again asked speaking additionally recently last next several"},
    {WORD_ADVERB, 0, "also later then recently repeatedly previously now once even only just immediately quickly simply reportedly publicly again himself "
        "herself themselves itself still already long always never often consistently further separately bluntly flatly firmly strongly angrily "
        "calmly openly privately briefly initially originally earlier today yesterday jokingly famously allegedly clearly apparently "
        "definitively specifically additionally subsequently not n't"},
    {WORD_NEWS, 0, "statement statements report interview press-release release speech letter tweet post email e-mail memo address briefing conference "
        "communique communiqué declaration remarks comments testimony"},
    {WORD_ORG, 0, "ministry department agency company corporation group bank party union association federation committee commission council court "
        "university college institute institution school hospital church army navy force forces police club team league congress parliament senate "
        "assembly house office bureau service services authority foundation organization organisation society board fund network news times post "
        "journal press broadcasting airlines airways motors holdings industries technologies systems partners capital media international "
        "alliance coalition movement front brigade administration government cabinet academy center centre laboratory exchange embassy"},
    {WORD_PLACE, 0, "sea ocean river lake bay gulf strait island islands mountain mountains mount valley desert peninsula province region district county "
        "state city town village street avenue road square park airport port bridge canal coast beach cape basin heights hills forest north south "
        "east west northern southern eastern western central northeast northwest southeast southwest"},
    {WORD_FEMALE, 0, "mrs ms she her herself queen princess lady dame duchess baroness spokeswoman chairwoman congresswoman businesswoman actress woman "
        "mother sister daughter wife girl mary anna anne maria sarah laura julia emma emily elizabeth susan linda karen jennifer jessica michelle "
        "angela ursula christine olena svetlana natalia irina elena ekaterina fatima aisha priya sofia olga marina katherine catherine kate "
        "rachel rebecca hannah hillary nancy margaret theresa helen alice jane amy lisa sandra claudia monica victoria diana martha ruth "
        "carol barbara patricia deborah stephanie nicole melissa amanda karoline karolina kristina kamala giorgia sanna jacinda"},
    {WORD_MALE, 0, "mr he his himself king prince lord sir duke baron spokesman chairman congressman businessman actor man father brother son husband boy "
        "john james robert michael william david richard joseph thomas charles christopher daniel matthew anthony mark donald steven paul andrew "
        "joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin scott "
        "brandon benjamin samuel gregory frank alexander patrick jack dennis peter vladimir sergei dmitry ivan mikhail viktor yuri alexei "
        "mohammed muhammad ahmed ali hassan omar ibrahim abdullah khalid jose juan carlos luis jorge pedro emmanuel francois pierre jean hans karl "
        "steve joe marco keith sean jared kirill volodymyr rustem tony bill bob jim tom mike dan ben sam nick alex max martin simon henry"},
};

static void put(struct lexicon *l, uint64_t lower, uint32_t classes, int32_t value)
{
    size_t i = lower % SLOTS;
    while (l->slot[i].lower != 0 && l->slot[i].lower != lower) i = (i + 1) % SLOTS;
    l->slot[i].lower = lower;
    l->slot[i].classes |= classes;
    if (value != 0) l->slot[i].value = value;
}

static void put_row(struct lexicon *l, const struct row *r)
{
    for (const char *p = r->words; *p != '\0';) {
        size_t n = strcspn(p, " "), word = strcspn(p, " =");
        int32_t value = word < n ? (int32_t)strtol(p + word + 1, NULL, 10) : r->value;
        put(l, hash_lower((struct slice){p, word}), r->classes, value);
        p += n;
        while (*p == ' ') p++;
    }
}

struct lexicon *lexicon_create(void)
{
    struct lexicon *l = calloc(1, sizeof *l);
    if (l == NULL) return NULL;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) put_row(l, &rows[i]);
    return l;
}

void lexicon_destroy(struct lexicon **l)
{
    free(*l);
    *l = NULL;
}

const struct lexeme *lexicon_look_up(const struct lexicon *l, uint64_t lower)
{
    for (size_t i = lower % SLOTS; l->slot[i].lower != 0; i = (i + 1) % SLOTS)
        if (l->slot[i].lower == lower) return &l->slot[i];
    return NULL;
}
