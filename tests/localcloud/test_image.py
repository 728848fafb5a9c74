"""`dockerImage: local` runs what the Dockerfile would put into the image, and nothing else."""

import pytest

from localcloud.engine.provider import ProviderError
from localcloud.provider.image import build_image

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
