"""`dockerImage: local` runs what the Dockerfile would put into the image, and nothing else."""

import asyncio
import shutil
from types import SimpleNamespace

import pytest

from infra.image import given_image
from infra.settings import LOCAL_IMAGE
from localcloud.engine.provider import ProviderError
from localcloud.provider.image import Copier, build_image, sources_tag
from localcloud.provider.images import Images
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


def files(image):
    return sorted(str(path.relative_to(image.root)) for path in image.root.rglob("*.*"))


def test_the_image_holds_what_the_last_stage_copies_from_the_project(project, tmp_path):
    image = build_image(project, tmp_path / "images")

    assert files(image) == ["app/blog/a.py", "app/main.py", "app/other.py", "app/staged/b.py"]
    assert (image.folder("/app") / "main.py").read_text() == "main.py"


def test_the_same_contents_are_the_same_image_and_an_edit_is_another(project, tmp_path):
    first = build_image(project, tmp_path / "images")
    assert build_image(project, tmp_path / "images") == first

    (project / "main.py").write_text("edited")
    second = build_image(project, tmp_path / "images")

    assert second != first
    assert (first.folder("/app") / "main.py").read_text() == "main.py"
    assert (second.folder("/app") / "main.py").read_text() == "edited"


def test_a_file_that_the_dockerfile_names_but_is_not_there_is_an_error(project, tmp_path):
    (project / "other.py").unlink()

    with pytest.raises(
        ProviderError, match=r"the Dockerfile copies other\.py, which is not in the build"
    ):
        build_image(project, tmp_path / "images")


def test_what_the_dockerignore_keeps_out_is_not_in_the_image(project, tmp_path):
    (project / "blog" / "notes.txt").write_text("notes")
    (project / "app" / "Dockerfile.dockerignore").write_text("*\n!blog/*.py\n!*.py\n!staged\n")

    image = build_image(project, tmp_path / "images")

    assert files(image) == ["app/blog/a.py", "app/main.py", "app/other.py", "app/staged/b.py"]
    (project / "app" / "Dockerfile.dockerignore").write_text("main.py\n")
    with pytest.raises(ProviderError, match=r"copies main\.py, which is not in the build"):
        build_image(project, tmp_path / "images")


def test_two_dockerfiles_leave_it_open_which_one_is_meant(project, tmp_path):
    (project / "blog" / "Dockerfile").write_text(DOCKERFILE)

    with pytest.raises(ProviderError, match=r"found app/Dockerfile, blog/Dockerfile"):
        build_image(project, tmp_path / "images")


IGNORE = "*\n!main.py\n!blog/*.py\n"


@pytest.fixture
def named(project, tmp_path):
    """Gives images by name, as a local cloud that was just started does."""
    (project / "app" / "Dockerfile.dockerignore").write_text(IGNORE)
    (project / "app" / "Dockerfile").write_text("FROM python\nCOPY main.py ./\nCOPY blog blog/\n")
    state = SimpleNamespace(folder=tmp_path)

    def named(name):
        images = Images(SimpleNamespace(project=project, state=state, image_maker=Copier()))
        return asyncio.run(images.named(name))

    return named


def test_a_tag_runs_what_was_built_under_it_whatever_the_sources_are_now(project, named):
    first = named(f"local:{sources_tag(project)}")
    tag = sources_tag(project)
    (project / "main.py").write_text("edited")

    assert sources_tag(project) != tag
    assert named(f"local:{tag}") == first
    assert (named(f"local:{sources_tag(project)}").root / "main.py").read_text() == "edited"
    assert named(f"local:{tag}") == first
    assert (named("local").root / "main.py").read_text() == "edited"


def test_what_is_lost_is_built_again_from_the_same_sources_only(project, named, tmp_path):
    tag = sources_tag(project)
    first = named(f"local:{tag}")
    shutil.rmtree(tmp_path / "images")
    assert named(f"local:{tag}") == first

    shutil.rmtree(tmp_path / "images")
    (project / "main.py").write_text("edited")
    with pytest.raises(ProviderError, match=f"local:{tag} is not kept here, and its sources have"):
        named(f"local:{tag}")


def test_the_tag_is_the_one_that_the_program_declares():
    settings = SimpleNamespace(containers=SimpleNamespace(image=LOCAL_IMAGE))

    assert given_image(settings) == f"{LOCAL_IMAGE}:{sources_tag(ROOT)}"
