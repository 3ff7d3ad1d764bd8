"""The only reader of the YAML files: each value is what it looks like, or refused with its line.

PyYAML reads YAML 1.1, in which `no` is false, `010` is 8 and `12:30` is 750. Here a value without
quotes is null, true or false, a decimal number, or text. What YAML 1.1 reads otherwise is refused,
because nobody can tell what its author meant. A date is text, which the models read.
"""

import copy
import json
import re
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pipeline.refusals import shortened, written
from pipeline.settings import ConfigurationError
from pipeline.value_forms import INVISIBLE

# Aliases let a small file stand for more values than memory can contain.
MAX_VALUES = 100_000

NULL, BOOL, INT, FLOAT, MERGE, TEXT = (
    f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "merge", "str")
)
_WHOLE = "(?:0|[1-9][0-9]*)"
_EXPONENT = "(?:[eE][-+]?[0-9]+)?"
FORMS = {
    NULL: "~|null|Null|NULL|",
    BOOL: "true|True|TRUE|false|False|FALSE",
    INT: f"[-+]?{_WHOLE}",
    FLOAT: (
        rf"[-+]?(?:{_WHOLE}(?:\.[0-9]*)?{_EXPONENT}|\.[0-9]+{_EXPONENT}|\.inf|\.Inf|\.INF)"
        r"|\.nan|\.NaN|\.NAN"
    ),
}
# What YAML 1.1 alone reads → what was expected instead.
EXPECTED = {
    BOOL: "true or false",
    INT: "a decimal number such as 8 or 0.5",
    FLOAT: "a decimal number such as 8 or 0.5",
}
_YAML_1_1 = yaml.resolver.Resolver()


class _Refused(yaml.MarkedYAMLError):
    """YAML that is valid and cannot be used; the problem says what was expected."""

    def __init__(self, node: Node, problem: str) -> None:
        super().__init__(problem=problem, problem_mark=node.start_mark)


class _Loader(yaml.SafeLoader):
    """Reads a value without quotes by its form in `FORMS`, and takes no tags."""

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        tag = getattr(self.peek_event(), "tag", None)  # type: ignore[no-untyped-call]
        node = super().compose_node(parent, index)
        if node and tag:
            raise _Refused(node, "got a tag (!), expected a value without one")
        return node


_Loader.yaml_implicit_resolvers = {
    None: [(tag, re.compile(f"(?:{form})$")) for tag, form in FORMS.items()]
}


def read_yaml(path: Path) -> dict[str, Any]:
    """Read the mapping in a YAML file.

    Raises:
        ConfigurationError: if the file is missing, cut off, empty, not a mapping with text keys,
            or contains what people and YAML 1.1 read differently.
    """
    try:
        content = copy.deepcopy(_parse(path.read_text(encoding="utf-8")))
    except PermissionError:
        way_out = "expected it to be readable for all users: chmod -R a+rX configs"
        raise ConfigurationError(
            f"{path.name}: this container's user may not read it, {way_out}"
        ) from None
    except OSError as error:
        raise ConfigurationError(f"{path.name}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"{path.name}: got bytes that are not UTF-8 (at byte {error.start + 1}), expected a "
            "file in UTF-8"
        ) from None
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path.name}: {_explain(error)}") from None
    except RecursionError:
        raise ConfigurationError(f"{path.name}: nested too deeply, expected valid YAML") from None
    except ValueError:
        most = sys.get_int_max_str_digits()
        raise ConfigurationError(
            f"{path.name}: got a number of more than {most} digits, expected a shorter one"
        ) from None
    if not isinstance(content, dict):
        got = "an empty file" if content is None else shortened(written(content))
        raise ConfigurationError(f"{path.name}: got {got}, expected a mapping of keys")
    return content


@lru_cache(maxsize=8)
def _parse(text: str) -> object:
    """The content of a text; parsed once, because the same files are read every few seconds."""
    loader = _Loader(text)
    root = loader.get_single_node()
    if root:
        _check(root, {})
    return loader.construct_document(root) if root else None


def _explain(error: yaml.YAMLError) -> str:
    """Where it is, what it is and what was expected, in one line."""
    place = getattr(error, "problem_mark", None)
    where = f"line {place.line + 1}, column {place.column + 1}" if place else "somewhere"
    problem = getattr(error, "problem", None) or "not valid YAML"
    if isinstance(error, _Refused):
        return f"{where}: {problem}"
    if "'\\t'" in problem:
        return f"{where}: got a tab, expected blanks"
    return f"{where}: {problem}, expected valid YAML"


def _check(node: Node, sizes: dict[int, int]) -> int:
    """Refuse what is wrong in a node or below it.

    Args:
        sizes: by the id of each node that was begun: the number of its values, 0 until it is known.

    Returns:
        The number of its values, those of an alias counted wherever it is used.
    """
    if id(node) in sizes:
        if not sizes[id(node)]:
            raise _Refused(node, "got an alias (*) within its own value, expected other values")
        return sizes[id(node)]
    sizes[id(node)] = below = 0
    if isinstance(node, MappingNode):
        _check_keys(node)
        below = sum(_check(value, sizes) for _, value in node.value)
    elif isinstance(node, SequenceNode):
        below = sum(_check(value, sizes) for value in node.value)
    elif isinstance(node, ScalarNode):
        _check_scalar(node)
    if below >= MAX_VALUES:
        raise _Refused(node, f"got {below} values (through aliases), expected {MAX_VALUES} at most")
    sizes[id(node)] = 1 + below
    return 1 + below


def _check_keys(mapping: MappingNode) -> None:
    """Refuse a key that is not text, or that the mapping has already."""
    lines: dict[str, int] = {}
    for key, _ in mapping.value:
        if not isinstance(key, ScalarNode):
            raise _Refused(key, "got a key that is a list or a mapping, expected text")
        _check_scalar(key)
        name = shortened(key.value)
        if key.tag != TEXT:
            raise _Refused(key, f"got the key {name}, expected text (in quotes)")
        if key.value in lines:
            line = lines[key.value]
            raise _Refused(key, f"got the key {name}, which line {line} has already, expected one")
        lines[key.value] = key.start_mark.line + 1


def _check_scalar(node: ScalarNode) -> None:
    """Refuse a value without quotes that YAML 1.1 alone does not read as text."""
    if node.style is not None:
        return
    text = shortened(node.value)
    reading = _YAML_1_1.resolve(ScalarNode, node.value, (True, False))  # type: ignore[no-untyped-call]
    if node.tag == TEXT and reading == MERGE:
        raise _Refused(node, f"got {text}, which merges mappings, expected their keys written out")
    if node.tag == TEXT and reading in EXPECTED:
        meant = json.dumps(yaml.safe_load(node.value))
        raise _Refused(
            node,
            f"got {text}, which YAML reads as {meant}, expected {EXPECTED[reading]}, "
            f'or "{text}" in quotes if it is text',
        )
    if node.value != node.value.strip(INVISIBLE):
        codes = [f"U+{ord(c):04X}" for c in node.value if c in INVISIBLE and c != " "]
        raise _Refused(
            node, f"got an invisible character ({codes[0]}), expected none around a value"
        )
