/* options.c - what wiredesk-ingest can be told. */
#include "ingest.h"

#define COMMON(member) offsetof(struct ingest_settings, common.member)
#define AT(member) offsetof(struct ingest_settings, member)

const struct option_row ingest_options[] = {
    {"state", 's', "DIR", OPTION_TEXT, COMMON(state), ".wiredesk", 0, 0, "Where sockets and the journal live"},
    {"replica", 'r', "N", OPTION_NUMBER, COMMON(replica), "0", 0, 9999, "Which ingest of this machine: each has a journal of its own"},
    {"listen", 0, "ENDPOINT", OPTION_TEXT, COMMON(listen), NULL, 0, 0,
     "Take files from feeders here: tcp://HOST:PORT instead of the socket under --state"},
    {"next", 0, "ENDPOINT", OPTION_LIST, COMMON(next), NULL, 0, 0,
     "Send documents there: tcp://NAME:PORT, to every address of the name; may be given again; with #KEY behind it when its key is called otherwise than its stage"},
    {"outcomes", 0, "ENDPOINT", OPTION_LIST, AT(outcomes), NULL, 0, 0,
     "Hear outcomes and notices there: the --returns of every stage; may be given again; tcp://HOST:PORT#KEY where HOST is not what its key is called"},
    {"http", 0, "HOST:PORT", OPTION_TEXT, COMMON(http), NULL, 0, 0,
     "Answer /healthz /readyz /status /metrics here too, besides the socket under --state"},
    {"trusted-network", 0, NULL, OPTION_FLAG, COMMON(trusted_network), NULL, 0, 0,
     "Allow ports beyond loopback without keys, because the network is private"},
    {"keys", 0, "DIR", OPTION_TEXT, COMMON(keys), NULL, 0, 0,
     "Encrypt every TCP connection and let in those alone whose public key is in DIR (wiredesk keygen); read again when it changes"},
    {"key", 0, "NAME", OPTION_TEXT, COMMON(key), NULL, 0, 0, "With --keys: this daemon's own key, DIR/secret/NAME.key, instead of the one called as its stage"},
    {"batch", 0, "N", OPTION_NUMBER, COMMON(batch), "1024", 1, 4096, "Documents that one commit waits for at most; it waits 5 ms at most, or 50 ms while more come"},
    {"journal-max", 0, "SIZE", OPTION_SIZE, AT(journal_max), "8G", 1 << 16, 0x1p50, "Held documents beyond which feeders are told to wait"},
    {"archive", 0, "DIR", OPTION_TEXT, AT(archive), NULL, 0, 0, "Keep what is fed in this folder too, compressed, on disk before it is acked, until --keep or forget removes it (wiredesk show --original)"},
    {"archive-max", 0, "SIZE", OPTION_SIZE, AT(archive_max), "256G", 1 << 20, 0x1p46, "And its ceiling, beyond which feeders are told to wait"},
    {"keep", 0, "TIME", OPTION_TIME, COMMON(keep), "0", 0, 36500 * 86400e3, "Remove originals that are older than this, such as 90d, from the archive; 0: none"},
    {"window", 0, "N", OPTION_NUMBER, AT(window), "1024", 1, 65536,
     "Documents under way without an outcome; grows to 64 for each replica of normalize"},
    {"window-bytes", 0, "SIZE", OPTION_SIZE, AT(window_bytes), "64M", 1 << 16, 0x1p40, "And their bytes; one document of any size may always go"},
    {"feeder-documents", 0, "N", OPTION_NUMBER, AT(feeder_documents), "50000", 0, 1e9,
     "Documents a second that one feeder may bring, on average; above it is told to wait. A feeder is a key, without keys an address or a local process; 0: any"},
    {"feeder-bytes", 0, "SIZE", OPTION_SIZE, AT(feeder_bytes), "512M", 0, 1e12, "And bytes a second; 0: any"},
    {"log-level", 0, "WORD", OPTION_TEXT, COMMON(log_level), "info", 0, 0, "error, warn, info or debug"},
    {"check", 0, NULL, OPTION_FLAG, COMMON(check), NULL, 0, 0, "Validate the settings and leave"},
    {"probe", 0, NULL, OPTION_FLAG, COMMON(probe), NULL, 0, 0, "Ask the running daemon whether it is healthy: exit 0 if so, 1 if not"},
    {"stdio", 0, NULL, OPTION_FLAG, COMMON(stdio), NULL, 0, 0, "Be a filter: FILES (or standard input) to JSON Lines documents on standard output"},
    {NULL},
};
