/* stage_options.c - the options that every daemon has. */
#include "stage.h"

#define AT(member) offsetof(struct stage_settings, member)

const struct option_row stage_options[] = {
    {"state", 's', "DIR", OPTION_TEXT, AT(state), ".wiredesk", 0, 0, "Where sockets, stores and slots live"},
    {"replica", 'r', "N", OPTION_NUMBER, AT(replica), "0", 0, 9999, "Which replica of this stage on this machine"},
    {"listen", 0, "ENDPOINT", OPTION_TEXT, AT(listen), NULL, 0, 0,
     "Take documents here: tcp://HOST:PORT instead of the socket under --state"},
    {"next", 0, "ENDPOINT", OPTION_LIST, AT(next), NULL, 0, 0,
     "Send documents there: tcp://NAME:PORT, to every address of the name; may be given again; with #KEY behind it when its key is called otherwise than its stage"},
    {"returns", 0, "ENDPOINT", OPTION_TEXT, AT(returns), NULL, 0, 0,
     "Publish notices here: tcp://HOST:PORT instead of the socket under --state"},
    {"http", 0, "HOST:PORT", OPTION_TEXT, AT(http), NULL, 0, 0,
     "Answer /healthz /readyz /status /metrics here too, besides the socket under --state"},
    {"trusted-network", 0, NULL, OPTION_FLAG, AT(trusted_network), NULL, 0, 0,
     "Allow ports beyond loopback without keys, because the network between the stages is private"},
    {"keys", 0, "DIR", OPTION_TEXT, AT(keys), NULL, 0, 0,
     "Encrypt every TCP connection and let in those alone whose public key is in DIR (wiredesk keygen); read again when it changes"},
    {"key", 0, "NAME", OPTION_TEXT, AT(key), NULL, 0, 0, "With --keys: this daemon's own key, DIR/secret/NAME.key, instead of the one called as its stage"},
    {"batch", 0, "N", OPTION_NUMBER, AT(batch), "256", 1, 4096, "Documents taken, committed and sent together, at most"},
    {"cpu-budget", 0, "TIME", OPTION_TIME, AT(cpu_budget), "10s", 0, 0,
     "CPU time that one document may take before the process gives it up; 0: any"},
    {"keep", 0, "TIME", OPTION_TIME, AT(keep), "0", 0, 36500 * 86400e3, "Remove what is older than this, such as 90d: report its texts, lines, files and pages, every stage its quarantine; 0: nothing"},
    {"log-level", 0, "WORD", OPTION_TEXT, AT(log_level), "info", 0, 0, "error, warn, info or debug"},
    {"check", 0, NULL, OPTION_FLAG, AT(check), NULL, 0, 0, "Validate the settings and leave"},
    {"probe", 0, NULL, OPTION_FLAG, AT(probe), NULL, 0, 0, "Ask the running daemon whether it is healthy: exit 0 if so, 1 if not"},
    {"stdio", 0, NULL, OPTION_FLAG, AT(stdio), NULL, 0, 0, "Be a filter: JSON Lines documents on standard input to standard output"},
    {NULL},
};

const struct option_row sandbox_options[] = {
    {"sandbox", 0, "WORD", OPTION_TEXT, AT(sandbox.mode), "auto", 0, 0,
     "Give up what is never needed once it runs (files, system calls, privileges): auto as far as the kernel can; require or end; off"},
    {"core-dumps", 0, NULL, OPTION_FLAG, AT(sandbox.core_dumps), NULL, 0, 0, "For debugging: allow core dumps, which hold documents, and debuggers"},
    {"memory-max", 0, "SIZE", OPTION_SIZE, AT(sandbox.memory_max), "0", 0, 0,
     "Memory of its own that it may take, stores that are mapped not counted: what is refused fails one document; 0: no limit"},
    {"files-max", 0, "N", OPTION_NUMBER, AT(sandbox.files_max), "16384", 0, 1e7, "Files and connections that it may have open, within what the system allows; 0: all of that"},
    {NULL},
};
