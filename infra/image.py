"""The tasks' image: one that exists, or one built from the project and pushed to ECR."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from typing import Final

import pulumi
import pulumi_aws as aws
import pulumi_docker_build as docker_build

from infra.packaging import ROOT
from infra.settings import LOCAL_IMAGE, Settings

_KEPT_IMAGES: Final = 10
_DOCKERFILE: Final = "container_src/Dockerfile"
_IGNORED: Final = "container_src/Dockerfile.dockerignore"
_PATIENCE_S: Final = 20
_PLATFORMS: Final = {
    "arm64": docker_build.Platform.LINUX_ARM64,
    "x86_64": docker_build.Platform.LINUX_AMD64,
}


def check_docker(settings: Settings) -> None:
    """End the program with one line when an image has to be built and nothing can build it."""
    if settings.containers.image or _docker_answers():
        return
    raise pulumi.RunError(
        "the tasks need an image, and no Docker answers on this machine: start Docker (with "
        "buildx), or name an image that exists: pulumi config set dockerImage REPOSITORY:TAG "
        "(the local cloud: dockerImage=local, with awsEndpoint as in Pulumi.local.yaml)"
    )


def _docker_answers() -> bool:
    docker = shutil.which("docker")
    if docker is None:
        return False
    try:
        command = [docker, "version", "--format", "{{.Server.Version}}"]
        subprocess.run(command, capture_output=True, timeout=_PATIENCE_S, check=True)  # noqa: S603  # found on PATH
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def given_image(settings: Settings) -> str:
    """Give the image that the settings name, or nothing when it is to be built.

    The local cloud's own is named after the sources that it is made of, so that an edit of them is
    a change of the task definition, as a pushed image's digest is.
    """
    if settings.containers.image != LOCAL_IMAGE:
        return settings.containers.image
    lines = (ROOT / _IGNORED).read_text("utf-8").splitlines()
    sent = [line.removeprefix("!") for line in lines if line.startswith("!")]
    digest = hashlib.sha256()
    for pattern in (_DOCKERFILE, *sent):
        for path in sorted(ROOT.glob(pattern)):
            digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return f"{LOCAL_IMAGE}:{digest.hexdigest()[:12]}"


class Image(pulumi.ComponentResource):
    """A repository, and in it the image of the current sources."""

    ref: pulumi.Output[str]

    def __init__(
        self, name: str, settings: Settings, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("blog:infra:Image", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        repository = aws.ecr.Repository(
            f"{name}-repository",
            force_delete=True,
            image_scanning_configuration={"scan_on_push": True},
            opts=child,
        )
        aws.ecr.LifecyclePolicy(
            f"{name}-lifecycle", repository=repository.name, policy=_lifecycle(), opts=child
        )
        token = aws.ecr.get_authorization_token_output(
            registry_id=repository.registry_id, opts=pulumi.InvokeOptions(parent=self)
        )
        image = docker_build.Image(
            f"{name}-image",
            # Relative to the project: a path of this machine would be a change on every other one.
            context={"location": "."},
            dockerfile={"location": _DOCKERFILE},
            platforms=[_PLATFORMS[settings.architecture]],
            push=True,
            tags=[pulumi.Output.concat(repository.repository_url, ":latest")],
            registries=[
                {
                    "address": repository.repository_url,
                    "username": token.user_name,
                    "password": pulumi.Output.secret(token.password),
                }
            ],
            opts=child,
        )
        self.ref = image.ref
        self.register_outputs({"ref": self.ref})


def _lifecycle() -> str:
    rule = {
        "rulePriority": 1,
        "description": f"Keep the last {_KEPT_IMAGES} images",
        "selection": {
            "tagStatus": "any",
            "countType": "imageCountMoreThan",
            "countNumber": _KEPT_IMAGES,
        },
        "action": {"type": "expire"},
    }
    return json.dumps({"rules": [rule]})
