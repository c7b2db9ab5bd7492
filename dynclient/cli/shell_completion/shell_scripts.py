"""What the shells load so that they ask `dynclient` how a command line may go on.

A document is hostile: what it names reaches a command line only as a quoted word, and is never
run or expanded on the way.
"""

from __future__ import annotations

# Bash 3.2 (macOS) has neither `mapfile` nor `compopt`. The words are read from the line itself:
# Bash cuts them at `=` and `:`, and takes only what follows the last of these as the current one.
_BASH = r"""# dynclient completion for bash
_dynclient() {
    local line="${COMP_LINE:0:COMP_POINT}" current="$2" response kind value before quoted
    COMPREPLY=()
    response=$(COMP_WORDS="$line" COMP_CWORD=-1 _DYNCLIENT_COMPLETE=bash_complete \
        command dynclient 2>/dev/null) || return
    # What Bash takes as begun already: the word up to the last `=`, `:` or `@`.
    local word="${line##*[[:space:]]}"
    case "$word" in
        *[=:@]*) before="${word%"${word##*[=:@]}"}" ;;
        *) before="" ;;
    esac
    while IFS=, read -r kind value; do
        if [ "$kind" = file ]; then
            compopt -o filenames 2>/dev/null
            while IFS= read -r value; do
                COMPREPLY[${#COMPREPLY[@]}]="$value"
            done < <(compgen -f -- "${word#"$value"}")
            return
        fi
        [ "$kind" = plain ] || continue
        case "$current" in
            [\'\"]*)
                case "$value" in *[\'\"\\\$\`]*) continue ;; esac
                quoted="$value" ;;
            *)
                value="${value#"$before"}"
                printf -v quoted '%q' "$value" ;;
        esac
        case "$value" in
            *[=./\]]) ;;
            *) quoted="$quoted " ;;
        esac
        COMPREPLY[${#COMPREPLY[@]}]="$quoted"
    done <<< "$response"
}
complete -o nospace -F _dynclient dynclient
"""

_ZSH = r"""#compdef dynclient
# dynclient completion for zsh
_dynclient() {
    local kind value description response
    local -a answer whole whole_about begun begun_about
    response="$(COMP_WORDS="$LBUFFER" COMP_CWORD=-1 \
        _DYNCLIENT_COMPLETE=zsh_complete command dynclient 2>/dev/null)"
    answer=("${(@f)response}")
    for kind value description in "${answer[@]}"; do
        if [[ "$kind" == file ]]; then
            compset -P "${(b)value}"
            _files
            return
        fi
        [[ "$kind" == plain ]] || continue
        [[ "$description" == _ ]] && description="" || description="$value  ($description)"
        if [[ "$value" == *[=./\]] ]]; then
            begun+=("$value")
            begun_about+=("${description:-$value}")
        else
            whole+=("$value")
            whole_about+=("${description:-$value}")
        fi
    done
    (( ${#whole} )) && compadd -Q -V dynclient -l -d whole_about -- "${(@q)whole}"
    (( ${#begun} )) && compadd -Q -V dynclient -l -S '' -d begun_about -- "${(@q)begun}"
}
if [[ "${funcstack[1]}" == _dynclient ]]; then
    _dynclient "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
    compdef _dynclient dynclient
fi
"""

_FISH = r"""# dynclient completion for fish
function __dynclient_complete
    set -l current (commandline -ct)
    set -l line (commandline -cp | string collect)
    set -lx COMP_WORDS $line
    set -lx COMP_CWORD -1
    set -lx _DYNCLIENT_COMPLETE fish_complete
    for row in (command dynclient 2>/dev/null)
        set -l parts (string split -m 1 , -- $row)
        if test "$parts[1]" = file
            set -l lead $parts[2]
            set -l path (string sub -s (math (string length -- "$lead") + 1) -- "$current")
            for found in (__fish_complete_path "$path")
                echo -- "$lead$found"
            end
        else if test "$parts[1]" = plain
            echo -- $parts[2]
        end
    end
end
complete -c dynclient -f -a '(__dynclient_complete)'
"""

#: The script of each shell.
SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}
