"""As much of GraphQL (https://spec.graphql.org/October2021/) as a hub needs to answer questions really: one operation,
variables, aliases, arguments, nested selections. No fragments, no directives.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(r"[\s,]+|(?P<name>[_A-Za-z]\w*)|(?P<int>-?\d+)|(?P<string>\"[^\"\\\n]*\")|(?P<sign>[!$():=\[\]{}])")


class Wrong(Exception):
    """What the hub says of a question that is none."""


@dataclass
class Field:
    name: str
    alias: str
    arguments: dict[str, Any] = field(default_factory=dict)
    fields: list[Field] = field(default_factory=list)


def parsed(text: str, variables: Mapping[str, Any]) -> list[Field]:
    """The root fields, arguments filled in."""
    return _Parser(text, variables).operation()


class _Parser:
    def __init__(self, text: str, variables: Mapping[str, Any]) -> None:
        self._tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise Wrong(f'Syntax Error: Unexpected character: "{text[at]}".')
            at = found.end()
            if found.lastgroup is not None:
                self._tokens.append((found.lastgroup, found[0]))
        self._tokens.append(("end", ""))
        self._at = 0
        self._variables = variables
        self._declared: set[str] = set()

    def operation(self) -> list[Field]:
        self._need("query")
        if self._next()[0] == "name":
            self._take()
        if self._is("("):
            while not self._is(")"):
                self._need("$")
                name = self._take()
                self._need(":")
                self._type(name)
                self._declared.add(name)
        return self._selection()

    def _type(self, name: str) -> None:
        if self._is("["):
            self._take()
            self._is("!")
            self._need("]")
        else:
            self._take()
        if self._is("!") and self._variables.get(name) is None:
            raise Wrong(f'Variable "${name}" of required type was not provided.')

    def _selection(self) -> list[Field]:
        self._need("{")
        fields = []
        while not self._is("}"):
            name = self._take()
            one = Field(name, name)
            if self._is(":"):
                one.name = self._take()
            if self._is("("):
                while not self._is(")"):
                    argument = self._take()
                    self._need(":")
                    one.arguments[argument] = self._value()
            if self._next() == ("sign", "{"):
                one.fields = self._selection()
            fields.append(one)
        return fields

    def _value(self) -> Any:
        kind, text = self._next()
        self._at += 1
        if kind == "int":
            return int(text)
        if kind == "string":
            return text[1:-1]
        if kind == "name":
            return {"true": True, "false": False, "null": None}.get(text, text)
        if text == "$":
            name = self._take()
            if name not in self._declared:
                raise Wrong(f'Variable "${name}" is not defined.')
            return self._variables.get(name)
        if text == "[":
            values = []
            while not self._is("]"):
                values.append(self._value())
            return values
        if text == "{":
            made = {}
            while not self._is("}"):
                key = self._take()
                self._need(":")
                made[key] = self._value()
            return made
        raise Wrong(f'Syntax Error: Unexpected "{text}".')

    def _next(self) -> tuple[str, str]:
        return self._tokens[self._at]

    def _take(self) -> str:
        kind, text = self._next()
        if kind != "name":
            raise Wrong(f'Syntax Error: Expected Name, found "{text}".')
        self._at += 1
        return text

    def _is(self, text: str) -> bool:
        if self._next()[1] == text and self._next()[0] != "string":
            self._at += 1
            return True
        return False

    def _need(self, text: str) -> None:
        if not self._is(text):
            raise Wrong(f'Syntax Error: Expected "{text}", found "{self._next()[1]}".')
