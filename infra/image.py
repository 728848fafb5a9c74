"""The image of the tasks: an existing one, or one that is built and pushed to ECR."""

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
_DOCKER_TIMEOUT_S: Final = 20
_PLATFORMS: Final = {
    "arm64": docker_build.Platform.LINUX_ARM64,
    "x86_64": docker_build.Platform.LINUX_AMD64,
}


def check_docker(settings: Settings) -> None:
    """Stop with one line if an image must be built and Docker is not available."""
    if settings.containers.image or _is_docker_running():
        return
    raise pulumi.RunError(
        "Docker is not available, and the tasks need an image. Start Docker (with buildx), or use"
        " an existing image: pulumi config set dockerImage REPOSITORY:TAG (for the local cloud,"
        " use dockerImage=local and awsEndpoint as in Pulumi.local.yaml)"
    )


def _is_docker_running() -> bool:
    docker = shutil.which("docker")
    if docker is None:
        return False
    try:
        command = [docker, "version", "--format", "{{.Server.Version}}"]
        subprocess.run(command, capture_output=True, timeout=_DOCKER_TIMEOUT_S, check=True)  # noqa: S603  # found on PATH
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def configured_image(settings: Settings) -> str:
    """Return the image in the settings, or "" if it must be built.

    The tag of the local cloud's image is a digest of its sources. An edit of them therefore changes
    the task definition, as the digest of a pushed image does.
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
    """A repository with the image of the current sources."""

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
            # Relative to the project: an absolute path would differ on every machine.
            context={"location": "."},
            dockerfile={"location": _DOCKERFILE},
            # With one platform, a build pushes one manifest. The provider disables the provenance
            # attestation, which would be two more (`Attests` in its client.go), unless `exec` is
            # set. So the lifecycle policy, which counts manifests, counts builds.
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
