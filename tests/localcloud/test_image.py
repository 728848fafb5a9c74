"""`dockerImage: local` runs what the Dockerfile would put into the image, and nothing else."""

import asyncio
import shutil
from pathlib import PurePosixPath
from types import SimpleNamespace

import pytest

from infra.image import configured_image
from infra.settings import LOCAL_IMAGE
from localcloud.engine.provider import ProviderError
from localcloud.images.dockerfile import IgnoreRules, sources_tag
from localcloud.images.folder_image import FolderImageBuilder
from localcloud.images.store import ImageStore
from tests.running import ROOT

DOCKERFILE = """\
FROM python AS build
WORKDIR /build
COPY staged staged
RUN echo 'it is not a shell' && mkdir /packages
FROM python
WORKDIR /app
COPY --from=build /packages /packages
COPY --from=build /build/staged ./staged
COPY --chown=1000 blog/ blog/
COPY main.py \\
     other.py ./
# COPY secret.py ./
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "Dockerfile").write_text(DOCKERFILE)
    (tmp_path / "blog" / "__pycache__").mkdir(parents=True)
    (tmp_path / "blog" / "__pycache__" / "a.pyc").write_text("")
    (tmp_path / "staged").mkdir()
    for name in (
        "blog/a.py",
        "main.py",
        "other.py",
        "secret.py",
        "requirements.txt",
        "staged/b.py",
    ):
        (tmp_path / name).write_text(name)
    return tmp_path


def build(project, images):
    return FolderImageBuilder().build(project, images)


def files(image):
    return sorted(str(path.relative_to(image.root)) for path in image.root.rglob("*.*"))


def test_the_image_has_what_the_last_stage_copies(project, tmp_path):
    image = build(project, tmp_path / "images")

    assert files(image) == ["app/blog/a.py", "app/main.py", "app/other.py", "app/staged/b.py"]
    assert (image.folder("/app") / "main.py").read_text() == "main.py"


def test_an_edit_makes_another_image(project, tmp_path):
    first = build(project, tmp_path / "images")
    assert build(project, tmp_path / "images") == first

    (project / "main.py").write_text("edited")
    second = build(project, tmp_path / "images")

    assert second != first
    assert (first.folder("/app") / "main.py").read_text() == "main.py"
    assert (second.folder("/app") / "main.py").read_text() == "edited"


def test_a_missing_file_of_a_copy_instruction_is_an_error(project, tmp_path):
    (project / "other.py").unlink()

    with pytest.raises(
        ProviderError, match=r"the Dockerfile copies other\.py, which is not in the build context"
    ):
        build(project, tmp_path / "images")


def test_ignored_files_are_not_in_the_image(project, tmp_path):
    (project / "blog" / "notes.txt").write_text("notes")
    (project / "app" / "Dockerfile.dockerignore").write_text("*\n!blog/*.py\n!*.py\n!staged\n")

    image = build(project, tmp_path / "images")

    assert files(image) == ["app/blog/a.py", "app/main.py", "app/other.py", "app/staged/b.py"]
    (project / "app" / "Dockerfile.dockerignore").write_text("main.py\n")
    with pytest.raises(ProviderError, match=r"copies main\.py, which is not in the build context"):
        build(project, tmp_path / "images")


# What Docker documents about the patterns of a .dockerignore.
@pytest.mark.parametrize(
    ("patterns", "ignored", "kept"),
    [
        ("foo", ["foo", "foo/a/b"], ["x/foo", "foobar"]),
        ("/foo/bar/", ["foo/bar", "foo/bar/x"], ["foo/baz", "x/foo/bar"]),
        ("./foo/../bar", ["bar"], ["foo"]),
        ("*/temp*", ["some/temporary.txt", "some/temp/x"], ["temp", "a/b/temp"]),
        ("temp?", ["tempa", "tempb/x"], ["temp"]),
        ("**/*.go", ["a.go", "x/y/a.go"], ["a.gox"]),
        ("foo/**/bar", ["foo/bar", "foo/a/b/bar/x"], ["bar"]),
        ("[^ab].py", ["c.py"], ["a.py", "b.py"]),
        (".*", [".git/x"], ["a/.git"]),
        ("# foo\n\n", [], ["foo", "# foo"]),
        ("*\n!blog/*.py\n!staged", ["a.py", "blog/x/y.py"], ["blog/a.py", "staged/b/c.py"]),
        ("*.md\nsecret.md\n!*.md", [], ["secret.md"]),
        ("*.md\n!*.md\nsecret.md", ["secret.md"], ["a.md"]),
    ],
)
def test_the_dockerignore_is_read_as_docker_reads_it(tmp_path, patterns, ignored, kept):
    (tmp_path / "Dockerfile.dockerignore").write_text(patterns)
    rules = IgnoreRules(tmp_path / "Dockerfile")

    assert [path for path in ignored if not rules.ignores(PurePosixPath(path))] == []
    assert [path for path in kept if rules.ignores(PurePosixPath(path))] == []


def test_an_instruction_continues_after_comments_and_empty_lines(project, tmp_path):
    text = "FROM python\nCOPY main.py \\\n  # and\n\n  other.py /app/\n"
    (project / "app" / "Dockerfile").write_text(text)

    assert files(build(project, tmp_path / "images")) == ["app/main.py", "app/other.py"]


def test_a_heredoc_in_the_dockerfile_is_rejected(project, tmp_path):
    (project / "app" / "Dockerfile").write_text("FROM python\nRUN <<EOF\nCOPY main.py ./\nEOF\n")

    with pytest.raises(ProviderError, match="heredocs"):
        build(project, tmp_path / "images")


def test_two_dockerfiles_are_an_error(project, tmp_path):
    (project / "blog" / "Dockerfile").write_text(DOCKERFILE)

    with pytest.raises(ProviderError, match=r"found: app/Dockerfile, blog/Dockerfile"):
        build(project, tmp_path / "images")


IGNORE = "*\n!main.py\n!blog/*.py\n"


@pytest.fixture
def named(project, tmp_path):
    """Returns images by name, as a newly started local cloud does."""
    (project / "app" / "Dockerfile.dockerignore").write_text(IGNORE)
    (project / "app" / "Dockerfile").write_text("FROM python\nCOPY main.py ./\nCOPY blog blog/\n")

    def named(name):
        return asyncio.run(ImageStore(project, tmp_path, FolderImageBuilder()).get(name))

    return named


def test_a_tag_keeps_its_image_after_the_sources_are_edited(project, named):
    first = named(f"local:{sources_tag(project)}")
    tag = sources_tag(project)
    (project / "main.py").write_text("edited")

    assert sources_tag(project) != tag
    assert named(f"local:{tag}") == first
    assert (named(f"local:{sources_tag(project)}").root / "main.py").read_text() == "edited"
    assert named(f"local:{tag}") == first
    assert (named("local").root / "main.py").read_text() == "edited"


def test_a_lost_image_is_rebuilt_from_the_same_sources_only(project, named, tmp_path):
    tag = sources_tag(project)
    first = named(f"local:{tag}")
    shutil.rmtree(tmp_path / "images")
    assert named(f"local:{tag}") == first

    shutil.rmtree(tmp_path / "images")
    (project / "main.py").write_text("edited")
    with pytest.raises(ProviderError, match=f"local:{tag} is no longer stored, and its"):
        named(f"local:{tag}")


def test_the_tag_is_the_one_the_program_declares():
    settings = SimpleNamespace(containers=SimpleNamespace(image=LOCAL_IMAGE))

    assert configured_image(settings) == f"{LOCAL_IMAGE}:{sources_tag(ROOT)}"
