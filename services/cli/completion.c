/* completion.c - completion for bash, zsh and fish: the scripts ask the programs for their words, so that they never disagree with them. */
#include "command.h"

#include <stdio.h>

/* Daemons have no subcommand that lists their options, but --help does. */
#define HELP_TO_OPTIONS "sed -n 's/^ \\{2,6\\}\\(-., \\)\\{0,1\\}\\(--[a-z-]*\\).*/\\2/p'"

static const char bash[] =
    "_wiredesk_offer() # what is asked for, or files\n"
    "{\n"
    "    local IFS=$'\\n'\n"
    "    mapfile -t COMPREPLY < <(compgen \"$@\")\n"
    "}\n"
    "_wiredesk()\n"
    "{\n"
    "    local word=${COMP_WORDS[COMP_CWORD]}\n"
    "    COMPREPLY=()\n"
    "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
    "        _wiredesk_offer -W \"$(\"$1\" completion-words | cut -f1)\" -- \"$word\"\n"
    "    elif [[ $word == -* ]]; then\n"
    "        _wiredesk_offer -W \"$(\"$1\" completion-words \"${COMP_WORDS[1]}\" | cut -f1)\" -- \"$word\"\n"
    "    elif [[ ${COMP_WORDS[1]} == help ]]; then\n"
    "        _wiredesk_offer -W \"$(\"$1\" completion-words | cut -f1)\" -- \"$word\"\n"
    "    elif [[ ${COMP_WORDS[1]} == completion ]]; then\n"
    "        _wiredesk_offer -W $'bash\\nzsh\\nfish' -- \"$word\"\n"
    "    else\n"
    "        compopt -o filenames 2>/dev/null\n"
    "        _wiredesk_offer -f -- \"$word\"\n"
    "    fi\n"
    "}\n"
    "_wiredesk_daemon()\n"
    "{\n"
    "    local word=${COMP_WORDS[COMP_CWORD]}\n"
    "    if [[ $word == -* ]]; then\n"
    "        _wiredesk_offer -W \"$(\"$1\" --help | " HELP_TO_OPTIONS ")\" -- \"$word\"\n"
    "    else\n"
    "        compopt -o filenames 2>/dev/null\n"
    "        _wiredesk_offer -f -- \"$word\"\n"
    "    fi\n"
    "}\n"
    "complete -F _wiredesk wiredesk\n"
    "complete -F _wiredesk_daemon wiredesk-ingest wiredesk-normalize wiredesk-tag wiredesk-dedup wiredesk-report\n";

/* Sourced it defines the completion; as the file _wiredesk in fpath it is the completion. */
static const char zsh[] =
    "#compdef wiredesk wiredesk-ingest wiredesk-normalize wiredesk-tag wiredesk-dedup wiredesk-report\n"
    "_wiredesk_words() { # tag, then the command whose words are offered\n"
    "    local -a found\n"
    "    found=(${(f)\"$($words[1] completion-words ${@[2,-1]} | sed -e 's/:/\\\\:/g' -e 's/\\t/:/')\"})\n"
    "    _describe -t $1 $1 found\n"
    "}\n"
    "_wiredesk() {\n"
    "    if [[ $service == wiredesk-* ]]; then\n"
    "        _gnu_generic\n"
    "    elif (( CURRENT == 2 )); then\n"
    "        _wiredesk_words commands\n"
    "    elif [[ $PREFIX == -* ]]; then\n"
    "        _wiredesk_words options $words[2]\n"
    "    elif [[ $words[2] == help ]]; then\n"
    "        _wiredesk_words commands\n"
    "    elif [[ $words[2] == completion ]]; then\n"
    "        compadd bash zsh fish\n"
    "    else\n"
    "        _files\n"
    "    fi\n"
    "}\n"
    "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then\n"
    "    _wiredesk \"$@\"\n"
    "else\n"
    "    compdef _wiredesk wiredesk wiredesk-ingest wiredesk-normalize wiredesk-tag wiredesk-dedup wiredesk-report\n"
    "fi\n";

static const char fish[] =
    "function __wiredesk_words\n"
    "    set -l line (commandline -opc)\n"
    "    if test (count $line) -eq 1; or test \"$line[2]\" = help\n"
    "        wiredesk completion-words\n"
    "    else if string match -q -- '-*' (commandline -ct)\n"
    "        wiredesk completion-words $line[2]\n"
    "    else if test \"$line[2]\" = completion\n"
    "        printf '%s\\n' bash zsh fish\n"
    "    end\n"
    "end\n"
    "complete -c wiredesk -n 'test (count (commandline -opc)) -eq 1' -f\n"
    "complete -c wiredesk -a '(__wiredesk_words)'\n"
    "for daemon in ingest normalize tag dedup report\n"
    "    complete -c wiredesk-$daemon -a \"(wiredesk-$daemon --help | " HELP_TO_OPTIONS ")\"\n"
    "end\n";

int completion_print(const char *shell)
{
    static const struct {
        const char *shell, *script;
    } known[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].shell, shell) != 0) continue;
        fputs(known[i].script, stdout);
        return fflush(stdout) == 0 ? 0 : EXIT_TRY_AGAIN;
    }
    fputs("wiredesk: completion is for bash, zsh and fish: wiredesk completion bash\n", stderr);
    return EXIT_NEEDS_PERSON;
}
