"""FLAGS: the flags of a program and their values.

Source: absl/flags/_flagvalues.py, _flag.py; tensorflow/python/platform/flags.py (TF 1.15).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..errors import flags as errors

__all__ = ["FLAGS", "Flag", "FlagHolder", "FlagValues"]


class Flag:
    """One flag.

    Attributes:
        name, short_name: what stands behind "--" and "-".
        help: what it is for.
        default: its value where the command line does not give one.
        value: its value.
        present: how often the command line gives it.
        boolean: whether it stands without a value, and with "no" before its name.
        multi: whether it can stand there more than once.
        kind: what its value is, "an integer"; "" = any text.
        parser: callable(text or value) -> value.
        text: callable(value) -> how it is written.
        module: where it was defined.
    """

    def __init__(
        self,
        name: str,
        default: Any,
        help: str | None,
        parser: Callable[[Any], Any],
        kind: str,
        text: Callable[[Any], str] = str,
        short_name: str | None = None,
        boolean: bool = False,
        multi: bool = False,
    ) -> None:
        self.name, self.help, self.kind, self.short_name = name, help or "(no help available)", kind, short_name
        self.parser, self.text, self.boolean, self.multi = parser, text, boolean, multi
        self.module = ""
        self.present = 0
        self.validators: list[Callable[[], None]] = []
        self.default: Any = None if default is None else self.of_default(default)
        self.value: Any = self.default

    def of_default(self, value: Any) -> Any:
        """Return a default value as one of this flag: a list if it can be given more than once."""
        if not self.multi:
            return self.parsed(value)
        return [self.parsed(item) for item in (value if isinstance(value, (list, tuple)) else [value])]

    def parsed(self, value: Any) -> Any:
        """Return what `value` means.

        Raises:
            IllegalFlagValueError: nothing that the flag takes.
        """
        try:
            return self.parser(value)
        except (TypeError, ValueError) as reason:
            raise errors.bad_value(self.name, value, reason) from None

    def parse(self, value: Any) -> None:
        """Take a value of the command line."""
        found = self.parsed(value)
        if self.multi:
            self.value = [*self.value, found] if self.present else [found]
        else:
            self.value = found
        self.present += 1

    @property
    def using_default_value(self) -> bool:
        """Whether the command line did not give it."""
        return not self.present

    def unparse(self) -> None:
        """Go back to the default."""
        self.value, self.present = self.default, 0

    def serialize(self) -> str:
        """Return the arguments that give it its value."""
        if self.value is None:
            return ""
        if self.boolean:
            return f"--{self.name}" if self.value else f"--no{self.name}"
        values = self.value if self.multi else [self.value]
        return "\n".join(f"--{self.name}={self.text(value)}" for value in values)


class FlagHolder:
    """What a DEFINE_... function returns: the flag's name and, when it is asked for, its value."""

    def __init__(self, values: FlagValues, flag: Flag) -> None:
        self._values, self._flag = values, flag

    @property
    def name(self) -> str:
        """The flag's name."""
        return self._flag.name

    @property
    def value(self) -> Any:
        """The flag's value."""
        return getattr(self._values, self._flag.name)

    @property
    def default(self) -> Any:
        """The flag's value where the command line does not give one."""
        return self._flag.default


class FlagValues:
    """The flags of a program: attributes are their values.

    The command line is read when a value is first asked for, or by `tf.app.run`, or by calling it with a list.
    """

    def __init__(self) -> None:
        self.__dict__["__flags"] = {}
        self.__dict__["_parsed"] = False

    def _all(self) -> dict[str, Flag]:
        flags: dict[str, Flag] = self.__dict__["__flags"]
        return flags

    # ---- defining

    def _add(self, flag: Flag, module: str) -> FlagHolder:
        flags = self._all()
        names = [flag.name, flag.short_name] if flag.short_name else [flag.name]
        for name in names:
            if name in flags:
                raise errors.defined_twice(str(name), flags[str(name)].module, module, flags[str(name)].help)
        flag.module = module
        flags.update({str(name): flag for name in names})
        return FlagHolder(self, flag)

    def set_default(self, name: str, value: Any) -> None:
        """Give a flag another default, also after the command line was read, unless that gives it a value."""
        flag = self[name]
        flag.default = None if value is None else flag.of_default(value)
        if not flag.present:
            flag.value = flag.default

    # ---- reading the command line

    def __call__(self, argv: Sequence[str], known_only: bool = False) -> list[str]:
        """Read a command line, and return what of it is no flag; its first word is the program's name.

        Args:
            argv: list of words.
            known_only: leave unknown flags in what is returned, too.

        Raises:
            UnrecognizedFlagError: a flag that was not defined.
            IllegalFlagValueError: a value that does not fit, or that a validator refuses.
        """
        rest, ignored = [argv[0]], self._ignored(argv)
        words = iter(argv[1:])
        for word in words:
            if word == "--":
                rest += [word, *words] if known_only else [*words]
            elif not word.startswith("-") or word == "-":
                rest.append(word)
            elif not self._takes(word, words):
                name, _, value = word.lstrip("-").partition("=")
                if name in ignored:
                    continue
                if not known_only:
                    raise errors.unknown(name, value, self._all())
                rest.append(word)
        self.mark_as_parsed()
        self.validate()
        return rest

    def _takes(self, word: str, words: Iterator[str]) -> bool:
        """Give the flag in `word` its value, which may be the next of `words`; return whether there is such a flag."""
        name, equals, value = word.lstrip("-").partition("=")
        flags = self._all()
        flag = flags.get(name)
        if flag is None:
            flag = flags.get(name.removeprefix("no")) if name.startswith("no") else None
            if flag is None or not flag.boolean or equals:
                return False
            flag.parse(False)
        elif equals:
            flag.parse(value)
        elif flag.boolean:
            flag.parse(True)
        else:
            following = next(words, None)
            if following is None:
                raise errors.no_value(word)
            flag.parse(following)
        return True

    def _ignored(self, argv: Sequence[str]) -> set[str]:
        """Return the names that --undefok lists."""
        listed = [word.partition("=")[2] for word in argv if word.startswith("--undefok=")]
        names = {name for names in listed for name in names.split(",")}
        return names | {f"no{name}" for name in names} | {"undefok"}

    def validate(self) -> None:
        """Ask all validators.

        Raises:
            IllegalFlagValueError: one says no.
        """
        for flag in dict.fromkeys(self._all().values()):
            for check in flag.validators:
                check()

    def is_parsed(self) -> bool:
        """Return whether the command line was read."""
        return bool(self.__dict__["_parsed"])

    def mark_as_parsed(self) -> None:
        """Take the values that there are for those of the command line."""
        self.__dict__["_parsed"] = True

    def unparse_flags(self) -> None:
        """Go back to the defaults, and read the command line when a value is next asked for."""
        for flag in self._all().values():
            flag.unparse()
        self.__dict__["_parsed"] = False

    # ---- values

    def __getattr__(self, name: str) -> Any:
        flags = self._all()
        if name == "__flags":
            return flags
        if name.startswith("__"):  # copy and pickle ask for such
            raise errors.no_such_flag(name)
        if not self.is_parsed():
            self(sys.argv)
        if name not in flags:
            raise errors.no_such_flag(name)
        return flags[name].value

    def __setattr__(self, name: str, value: Any) -> None:
        flags = self._all()
        if name not in flags:
            raise errors.unknown(name, value, flags)
        flags[name].value = value
        flags[name].present += 1
        for check in flags[name].validators:
            check()

    def __delattr__(self, name: str) -> None:
        flags = self._all()
        if name not in flags:
            raise errors.no_such_flag(name)
        gone = flags[name]
        for each in [each for each, flag in flags.items() if flag is gone]:
            del flags[each]

    def __getitem__(self, name: str) -> Flag:
        return self._all()[name]

    def __contains__(self, name: str) -> bool:
        return name in self._all()

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __dir__(self) -> list[str]:
        return [*object.__dir__(self), *self._all()]

    def get_flag_value(self, name: str, default: Any) -> Any:
        """Return a flag's value; `default` if it is None or there is no such flag."""
        value = getattr(self, name, None)
        return default if value is None else value

    def flag_values_dict(self) -> dict[str, Any]:
        """Return name -> value of each flag."""
        return {name: flag.value for name, flag in self._all().items()}

    def flags_into_string(self) -> str:
        """Return the arguments that give the flags their values, a line each."""
        lines = [flag.serialize() for flag in dict.fromkeys(self._all().values())]
        return "".join(f"{line}\n" for line in lines if line)

    def append_flags_into_file(self, filename: str) -> None:
        """Write `flags_into_string` at the end of a file."""
        with open(filename, "a") as file:
            file.write(self.flags_into_string())

    # ---- help

    def get_help(self, prefix: str = "") -> str:
        """Return what the flags of all modules are for."""
        from .help import help_of

        modules = sorted({flag.module for flag in self._all().values()})
        return "\n".join(prefix + help_of(self._of(module), module) for module in modules)

    def main_module_help(self) -> str:
        """Return what the flags of the program's own file are for."""
        from .help import help_of

        return help_of(self._of(sys.argv[0]), sys.argv[0])

    def _of(self, module: str) -> list[Flag]:
        return [flag for flag in dict.fromkeys(self._all().values()) if flag.module == module]


FLAGS = FlagValues()
