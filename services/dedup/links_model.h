/* links_model.h - weights of the link model. */
enum { LINK_CROSSED = LINK_COUNT };
struct link_model { double bias, linear[LINK_COUNT], crossed[LINK_CROSSED][LINK_CROSSED]; };
static const struct link_model link_titles = {.bias = -3, .linear = {[LINK_ALL] = 14}};
static const struct link_model link_texts = {.bias = -3, .linear = {[LINK_ALL] = 14}};
