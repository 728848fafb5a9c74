"""The texts of the project use the words of the glossary in CONTRIBUTING.md."""

import io
import re
import subprocess
import tokenize

import pytest

from tests.running import ROOT

_GLOSSARY = ROOT / "CONTRIBUTING.md"
_PRODUCT = ("__main__.py", "blog", "container_src", "infra", "lab", "lambda_src", "localcloud")
_SHOWN = (*_PRODUCT, "scripts", "tui")
_LONGEST_NAME = 80


def rejected():
    """Return the phrases of the table under 'instead of'."""
    table = _GLOSSARY.read_text("utf-8").partition("| instead of | write |\n")[2]
    rows = table.partition("\n\n")[0].splitlines()[1:]
    return [phrase.strip() for row in rows for phrase in row.split("|")[1].split(",")]


def tracked(*paths):
    listed = subprocess.check_output(["git", "ls-files", *paths], cwd=ROOT, text=True)
    return [name for name in listed.splitlines() if (ROOT / name).exists()]


def words_of(name):
    """Yield each line of texts in a file: of Python, its strings and comments."""
    content = (ROOT / name).read_text("utf-8")
    if not name.endswith(".py"):
        yield from enumerate(content.splitlines(), 1)
        return
    for token in tokenize.generate_tokens(io.StringIO(content).readline):
        if tokenize.tok_name[token.type] in {"STRING", "COMMENT", "FSTRING_MIDDLE"}:
            for offset, line in enumerate(token.string.splitlines()):
                yield token.start[0] + offset, line


def find(phrases, names):
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, phrases))})\b", re.IGNORECASE)
    return [
        f"{name}:{number}: {match[0]}"
        for name in names
        for number, line in words_of(name)
        for match in pattern.finditer(line)
    ]


def test_the_glossary_lists_what_to_avoid():
    assert {"a person", "cannot be had", "stdin is none", "will do"} <= set(rejected())


@pytest.mark.parametrize("line", ["'It cannot be had.'", "# Meanwhile, wait.", 'f"{x} turns away"'])
def test_a_phrase_to_avoid_is_found_in_code(tmp_path, monkeypatch, line):
    monkeypatch.setattr("tests.test_words.ROOT", tmp_path)
    (tmp_path / "a.py").write_text(f"x = 1\ny = {line}\n" if line[0] != "#" else f"{line}\n")

    assert len(find(["cannot be had", "meanwhile", "turns away"], ["a.py"])) == 1


def test_texts_avoid_the_phrases_that_the_glossary_rejects():
    documents = [name for name in tracked("*.md", "*.yaml", "Makefile") if name != _GLOSSARY.name]

    assert find(rejected(), [*documents, *tracked(*(f"{path}*.py" for path in _SHOWN))]) == []


def test_names_of_tests_are_short_enough_to_read():
    names = re.compile(r"^ *(?:async )?def (test_\w+)", re.MULTILINE)
    found = [
        name
        for path in tracked("tests/*.py")
        for name in names.findall((ROOT / path).read_text("utf-8"))
        if len(name) > _LONGEST_NAME
    ]

    assert found == []
