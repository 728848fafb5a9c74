"""`make mutants`: planted mistakes are caught, and the ones that survive are reported."""

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
    """Return the script as a module."""
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    for name in ("mutants", "mutations"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    import mutants  # noqa: PLC0415 -- its folder is on the path only now

    return mutants


@pytest.mark.sweep
def test_sample_of_the_mutations_is_caught():
    ran = mutants("--only", "grant", SAMPLE="2")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "  2/2 " in ran.stdout
    assert ran.stdout.endswith("2 of 2 mutations caught\n")


def test_sample_is_even_and_without_repetition(planting):
    count = len(planting.MUTATIONS)

    chosen = planting.choose(4, "")

    assert [planting.MUTATIONS.index(one) for one in chosen] == [
        0,
        count // 4,
        count // 2,
        3 * count // 4,
    ]
    assert planting.choose(0, "") == planting.choose(count + 1, "") == list(planting.MUTATIONS)


def test_there_are_enough_mutations_and_all_of_them_apply(planting):
    names = [mutation.name for mutation in planting.MUTATIONS]

    assert len(set(names)) == len(names) >= 25
    for mutation in planting.MUTATIONS:
        text = (ROOT / mutation.file).read_text("utf-8")
        for before, after in mutation.edits:
            assert text.count(before) == 1, mutation.name
            assert before != after
        assert (ROOT / "tests" / mutation.likely_test).is_file(), mutation.name


def test_mutation_whose_text_is_missing_is_an_error(planting, tmp_path):
    copy = planting.ProjectCopy(tmp_path / "copy")
    mutation = planting.Mutation("stale", "__main__.py", (("not there", ""),), "test_wiring.py")

    with (
        pytest.raises(
            planting.CannotRun, match="'stale' does not apply: 'not there' occurs 0 times"
        ),
        copy.planted(mutation),
    ):
        pass


def test_copy_is_restored_after_each_mutation(planting, tmp_path):
    copy = planting.ProjectCopy(tmp_path / "copy")
    for mutation in planting.MUTATIONS:
        with copy.planted(mutation):
            assert (copy.root / mutation.file).read_text() != (ROOT / mutation.file).read_text()
        assert (copy.root / mutation.file).read_text() == (ROOT / mutation.file).read_text()


def test_surviving_mutation_is_reported_and_fails_the_run(planting, monkeypatch, capsys):
    unseen = planting.Mutation("harmless", "__main__.py", (("It declares:", "It has:"),), "x.py")
    monkeypatch.setattr(planting, "MUTATIONS", (unseen,))
    monkeypatch.setattr(planting.ProjectCopy, "first_failure", lambda self, tests: None)
    monkeypatch.setattr(sys, "argv", ["mutants.py"])

    status = planting.main()

    assert status == 1
    assert "survived: harmless" in capsys.readouterr().out


def test_help_shows_an_example():
    ran = mutants("--help")

    assert ran.returncode == 0
    assert "example: python scripts/mutants.py --sample 4" in ran.stdout


def test_unknown_mutation_name_is_an_error():
    ran = mutants("--only", "no such thing")

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "mutants: no name contains 'no such thing'\n"
