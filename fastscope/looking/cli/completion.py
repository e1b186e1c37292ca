"""Scripts that complete the command `fastscope` in a shell: commands, options, files, and tensors' names for `show`."""

from __future__ import annotations

from typing import Final

__all__ = ["SHELLS", "script"]

_COMMANDS: Final = {
    "tree": "--depth --separator --no-slots --in-order --json --help",
    "list": "--include --exclude --json --help",
    "show": "--png --bins --json --help",
    "verify": "--json --help",
    "diff": "--tolerance --json --help",
    "convert": "--force --include --exclude --json --help",
    "rename": "--force --include --exclude --map --regex --rnn --json --help",
    "completion": "bash zsh fish --help",
}
_BASH: Final = """\
_fastscope() {
    # No variable is called path: in zsh that is PATH.
    local word="${COMP_WORDS[COMP_CWORD]}" command="${COMP_WORDS[1]}" source="${COMP_WORDS[2]}" format=%s line
    local -a offers
    # The words stand here as on the line: with backslashes, or in quotes.
    word="${word//\\\\/}" word="${word#[\\"\\']}"
    source="${source//\\\\/}" source="${source#[\\"\\']}" source="${source%[\\"\\']}"
    COMPREPLY=()
    case "$command" in
@CASES@
    esac
    [ "$COMP_CWORD" -eq 1 ] && offers=(@COMMANDS@ --help --version)
    if [ "$command" = show ] && [ "$COMP_CWORD" -eq 3 ]; then
        # A tensor's name is no file's, of which bash shows the last part, and which it quotes.
        compopt +o filenames 2>/dev/null && format=%q
    fi
    while IFS= read -r line; do
        # Compared here and not by compgen -W, which would run what is in a tensor's name.
        if [[ "$line" == "$word"* ]]; then
            printf -v line "$format" "$line"
            COMPREPLY+=("$line")
        fi
    done < <(
        if [ "$COMP_CWORD" -eq 1 ] || [ "$command" = completion ] || [ "${word:0:1}" = - ]; then
            printf '%s\\n' "${offers[@]}"
        elif [ "$command" = show ] && [ "$COMP_CWORD" -eq 3 ]; then
            fastscope list "$source" 2>/dev/null | cut -f1
        else
            compgen -f -- "$word"
        fi
    )
    return 0
}
complete -o filenames -F _fastscope fastscope
"""
_ZSH: Final = "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n"
_FISH_SHOW: Final = (
    "complete -c fastscope -n '__fish_seen_subcommand_from show; and test (count (commandline -opc)) -eq 3' -f"
    " -a '(fastscope list (commandline -opc)[3] 2>/dev/null | cut -f1)'\n"
)
SHELLS: Final = ("bash", "zsh", "fish")


def script(shell: str) -> str:
    """Return the script for one of `SHELLS`."""
    if shell == "fish":
        return _fish()
    cases = "\n".join(f"        {name}) offers=({words}) ;;" for name, words in _COMMANDS.items())
    text = _BASH.replace("@COMMANDS@", " ".join(_COMMANDS)).replace("@CASES@", cases)
    return (_ZSH if shell == "zsh" else "") + text


def _fish() -> str:
    first = ("-l version", f"-f -a '{' '.join(_COMMANDS)}'")
    lines = [f"complete -c fastscope -n __fish_use_subcommand {what}\n" for what in first]
    for name, words in _COMMANDS.items():
        for word in words.split():
            what = f"-l {word[2:]}" if word.startswith("--") else f"-f -a {word}"
            lines.append(f"complete -c fastscope -n '__fish_seen_subcommand_from {name}' {what}\n")
    return "".join(lines) + _FISH_SHOW
