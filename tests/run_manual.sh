#!/bin/bash
# run_manual.sh - manual pages and completion say what --help says, each in a form that its reader takes without a warning.
set -u
bin=$(cd "$1" && pwd) status=0 folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fail() { echo "FAIL: $*"; status=1; }
options() { grep -oE -- '^ {2,6}(-[a-zA-Z0-9], )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort; }

scripts/manuals "$bin" "$folder" || fail "scripts/manuals ended with $?"
pages=0
agree() { # page, then the program
    local page=$folder/man/$1
    shift
    pages=$((pages + 1))
    "$@" --help | options >"$folder/help"
    [ "$(wc -l <"$folder/help")" -gt 3 ] || fail "$*: no options in its --help"
    groff -ww -man -Tascii -P-cbou "$page" >"$folder/page" 2>"$folder/warnings" || fail "$page cannot be set"
    [ ! -s "$folder/warnings" ] || fail "$page: $(head -n 3 "$folder/warnings")"
    sed -n '/^OPTIONS$/,/^EXIT STATUS$/p' "$folder/page" | grep -oE -- '^ {7}(-[a-zA-Z0-9], )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort >"$folder/said"
    diff "$folder/help" "$folder/said" || fail "$page has other options than --help"
    # What --help puts into [ ] behind an option, the page has in ( ): the same limits and defaults, as often.
    "$@" --help | tr -s ' \n' ' ' | grep -oE '\[([^] ]+ to |default )[^]]*\]' | tr -d '[]' | sort >"$folder/help"
    tr -s ' \n' ' ' <"$folder/page" | sed 's/- //g' | grep -oE '\(([^ )]+ to |default )[^)]*; WIREDESK_[A-Z_]+\)' | sed 's/^(//; s/; WIREDESK_[A-Z_]*)$//' | sort >"$folder/said"
    diff "$folder/help" "$folder/said" || fail "$page has other limits or defaults than --help"
}
for name in ingest normalize tag dedup report; do agree man8/wiredesk-$name.8 "$bin/wiredesk-$name"; done
commands=$("$bin/wiredesk" completion-words | cut -f1 | grep -vxE 'completion|help')
for command in $commands; do
    agree "man1/wiredesk-$command.1" "$bin/wiredesk" "$command"
    grep -q "^\\\\fB$command\\\\fR" "$folder/man/man1/wiredesk.1" || fail "wiredesk.1 does not name $command"
done
[ "$pages" = "$(find "$folder/man" -name 'wiredesk-*' | wc -l)" ] || fail 'pages without a program'

# What bash would offer at the end of a line.
cat >"$folder/offer" <<'END'
source "$1"
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
action=$(complete -p "$1") action=${action#*-F }
"${action% *}" "$1"
printf '%s\n' "${COMPREPLY[@]}" | sort
END
offer() { (cd "$folder" && PATH=$bin:$PATH bash "$folder/offer" "$folder/bash-completion/completions/$1" "$@" 2>&1); }
touch "$folder/a file with spaces"
[ "$(offer wiredesk sta)" = status ] || fail "bash offers for 'wiredesk sta': $(offer wiredesk sta)"
[ "$(offer wiredesk help fe)" = feed ] || fail "bash offers for 'wiredesk help fe': $(offer wiredesk help fe)"
[ "$(offer wiredesk feed --sil)" = --silence ] || fail "bash offers for 'feed --sil': $(offer wiredesk feed --sil)"
[ "$(offer wiredesk feed 'a fi')" = 'a file with spaces' ] || fail "bash offers for 'feed a fi': $(offer wiredesk feed 'a fi')"
for name in ingest normalize tag dedup report; do
    "$bin/wiredesk-$name" --help | options | diff - <(offer wiredesk-$name --) || fail "bash offers other options of wiredesk-$name than there are"
done
for command in $commands; do
    "$bin/wiredesk" "$command" --help | options | diff - <(offer wiredesk "$command" --) || fail "bash offers other options of $command than there are"
done

zsh -n "$folder/zsh/vendor-completions/_wiredesk" || fail 'zsh does not read its script'
fish_offer() { PATH=$bin:$PATH HOME=$folder fish -c "source $folder/fish/vendor_completions.d/wiredesk.fish; complete -C '$1'" | cut -f1; }
[ "$(fish_offer 'wiredesk sta')" = status ] || fail "fish offers for 'wiredesk sta': $(fish_offer 'wiredesk sta')"
fish_offer 'wiredesk feed --sil' | grep -qx -- --silence || fail "fish offers for 'feed --sil': $(fish_offer 'wiredesk feed --sil')"
fish_offer 'wiredesk-tag --mod' | grep -qx -- --model || fail "fish offers for 'wiredesk-tag --mod': $(fish_offer 'wiredesk-tag --mod')"
echo "$pages pages"
exit $status
