"""XML read element by element, without document types or entities."""

from collections.abc import Iterable, Iterator
from typing import Any
from xml.parsers import expat

from tally.errors import FormatError
from tally.formats.ranked.file import fault

# Attributes as "@name": text; children by name, each name with the list of its elements; text
# beside attributes as "#text". An element with nothing but text is that text.
Node = dict[str, Any]
_CHUNK = 2**16


class XmlText:
    """One XML document in pieces of bytes; names are read without their namespace's prefix.

    >>> list(XmlText(b"<a><b n='1'>x</b><c/></a>").walk({"b", "c"}))
    [('b', {'@n': '1', '#text': 'x'}, 1), ('c', {}, 1)]
    """

    def __init__(self, data: bytes | Iterable[bytes], encoding: str | None = None) -> None:
        self.chunks = chunked(data) if isinstance(data, bytes) else data
        self._parser = expat.ParserCreate(encoding)
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._wanted: set[str] = set()
        self._local: dict[str, str] = {}
        self._open: list[tuple[str, Node, list[str], int]] = []
        self._found: list[tuple[str, Node, int]] = []

    def walk(self, wanted: set[str]) -> Iterator[tuple[str, Node, int]]:
        """The outermost elements of these names, and in which line each begins.

        Raises
        ------
        FormatError : no well-formed XML, or one with a document type.
        """
        self._wanted = wanted
        try:
            for chunk in self.chunks:
                self._parser.Parse(chunk, False)
                yield from self._found
                self._found.clear()
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            told = expat.ErrorString(error.code) or ""
            raise fault("ranked_xml", error.lineno, told, column=error.offset + 1) from None
        except (LookupError, UnicodeError) as error:  # an encoding that nobody knows
            raise fault("ranked_xml", 1, str(error)) from None

    def fault(self, code: str, at: int, found: object, field: str = "") -> FormatError:
        """What is wrong in the element that begins in this line."""
        return fault(code, at, str(found)[:40], field)

    def _refuse(self, name: str, *_: object) -> None:
        raise fault("ranked_doctype", self._parser.CurrentLineNumber, f"<!DOCTYPE {name}")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = self._local.get(tag) or self._named(tag)
        if self._open or name in self._wanted:
            node: Node = {}
            for key, value in attributes.items():
                node["@" + (self._local.get(key) or self._named(key))] = value
            self._open.append((name, node, [], self._parser.CurrentLineNumber))

    def _named(self, name: str) -> str:
        """The name without its prefix, kept for the next time."""
        return self._local.setdefault(name, name.rpartition(":")[2])

    def _characters(self, text: str) -> None:
        if self._open:
            self._open[-1][2].append(text)

    def _end(self, _: str) -> None:
        if not self._open:
            return
        name, node, texts, line = self._open.pop()
        text = "".join(texts)
        if node and text and any(type(value) is list for value in node.values()):
            text = text.strip()  # between its children stand line feeds and blanks
        if text and (node or not self._open):
            node["#text"] = text
        if not self._open:
            self._found.append((name, node, line))
            return
        parent = self._open[-1][1]
        if name in parent:
            parent[name].append(node or text)
        else:
            parent[name] = [node or text]


def chunked(data: bytes) -> Iterator[bytes]:
    """The bytes in pieces."""
    return (data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK))
