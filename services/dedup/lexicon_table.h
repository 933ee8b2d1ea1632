#define LEXICON_TERMS 1
#define LEXICON_DOCUMENTS 1
static const struct { uint32_t id; uint16_t documents; } lexicon_terms[] = {{1,0}};
