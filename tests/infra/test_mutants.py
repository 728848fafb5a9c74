"""The check of the tests themselves: mistakes that are planted are noticed, and said so."""

import subprocess
import sys

import pytest

from tests.infra.recording import ROOT

SCRIPT = ROOT / "scripts" / "mutants.py"


def mutants(*arguments, **variables):
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        env={"PATH": "/usr/bin:/bin", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def planting(monkeypatch):
    """The script as a module."""
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    for name in ("mutants", "mutations"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    import mutants  # noqa: PLC0415  # found in the folder of scripts only now

    return mutants


def test_a_sample_of_the_mistakes_is_noticed():
    told = mutants("--only", "grant", SAMPLE="2")

    assert (told.returncode, told.stderr) == (0, "")
    assert "  2/2 " in told.stdout
    assert told.stdout.endswith("2 of 2 mistakes were noticed\n")


def test_a_sample_is_taken_evenly_and_never_twice(planting):
    count = len(planting.MUTATIONS)

    chosen = planting.choose(4, "")

    assert [planting.MUTATIONS.index(one) for one in chosen] == [
        0,
        count // 4,
        count // 2,
        3 * count // 4,
    ]
    assert planting.choose(0, "") == planting.choose(count + 1, "") == list(planting.MUTATIONS)


def test_there_are_enough_mistakes_and_all_of_them_apply(planting):
    names = [mutation.name for mutation in planting.MUTATIONS]

    assert len(set(names)) == len(names) >= 25
    for mutation in planting.MUTATIONS:
        text = (ROOT / mutation.file).read_text("utf-8")
        for before, after in mutation.edits:
            assert text.count(before) == 1, mutation.name
            assert before != after
        assert (ROOT / "tests" / mutation.suspect).is_file(), mutation.name


def test_a_mistake_whose_text_is_gone_is_an_error(planting, tmp_path):
    copy = planting.Copy(tmp_path / "copy")
    mutation = planting.Mutation("stale", "__main__.py", (("not there", ""),), "test_wiring.py")

    with (
        pytest.raises(planting.CannotRun, match=r"'stale' no longer applies: __main__\.py holds"),
        copy.planted(mutation),
    ):
        pass


def test_the_copy_is_as_before_when_the_mistake_is_over(planting, tmp_path):
    copy = planting.Copy(tmp_path / "copy")
    for mutation in planting.MUTATIONS:
        with copy.planted(mutation):
            assert (copy.root / mutation.file).read_text() != (ROOT / mutation.file).read_text()
        assert (copy.root / mutation.file).read_text() == (ROOT / mutation.file).read_text()


def test_a_mistake_that_nobody_notices_is_named_and_fails_the_check(planting, monkeypatch, capsys):
    unseen = planting.Mutation("harmless", "__main__.py", (("nothing else", "nothing"),), "x.py")
    monkeypatch.setattr(planting, "MUTATIONS", (unseen,))
    monkeypatch.setattr(planting.Copy, "first_failure", lambda self, tests: None)
    monkeypatch.setattr(sys, "argv", ["mutants.py"])

    status = planting.main()

    assert status == 1
    assert "nobody noticed: harmless" in capsys.readouterr().out


def test_the_help_shows_an_example():
    told = mutants("--help")

    assert told.returncode == 0
    assert "example: python scripts/mutants.py --sample 4" in told.stdout


def test_a_name_that_no_mistake_has_is_refused():
    told = mutants("--only", "no such thing")

    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr == "mutants: no mistake is called 'no such thing'\n"
