"""PO files of gettext, by polib. They are as large as what a program says, so they are read at once."""

import polib

from nmt.cleaning.importers.units import Unit, Units, unit_of
from nmt.errors import NMTError
from nmt.text.lines import StrPath, name_of, open_binary, reading_errors

_LARGEST = 200_000_000  # bytes
_FORMS_OF_ARABIC = 6  # of which the first is for none, the second for one


class PoImport:
    """The pairs of a PO file: what is translated, and neither doubtful (fuzzy) nor given up (obsolete)."""

    def __init__(self, path: StrPath) -> None:
        """NMTError for what is no PO file."""
        with open_binary(path) as stream, reading_errors(name_of(path)):
            data = stream.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise NMTError(f"{name_of(path)} is over {_LARGEST // 1_000_000} MB, which no PO file is")
        try:
            self._entries = polib.pofile(data.decode("utf-8-sig") + "\n")
        except UnicodeDecodeError as error:
            raise NMTError(f"{name_of(path)} is not UTF-8; convert it with msgconv -t UTF-8") from error
        except (OSError, ValueError, IndexError) as error:
            raise NMTError(f"{name_of(path)} is no PO file: {error}") from error
        # gettext writes what distinguishes sr@latin and ca@valencia in a way of its own
        self.language: str | None = self._entries.metadata.get("Language", "").replace("@", "-") or None

    def units(self) -> Units:
        """The pairs in their order; of plurals the forms for one and for many, which come first and last."""
        for entry in self._entries:
            if entry.obsolete:
                yield Unit(skipped="obsolete")
            elif entry.fuzzy:
                yield Unit(skipped="fuzzy")
            elif entry.msgid_plural:
                forms = [entry.msgstr_plural[number] for number in sorted(entry.msgstr_plural)] or [""]
                if len(forms) > 1:  # else the language has one form, which is said of any number
                    yield unit_of(entry.msgid, forms[int(len(forms) == _FORMS_OF_ARABIC)])
                yield unit_of(entry.msgid_plural, forms[-1])
            else:
                yield unit_of(entry.msgid, entry.msgstr)
